import { Agent, request } from 'node:http'
import * as client from 'openid-client'
import { expect, onTestFinished, test } from 'vitest'
import { appClient, login, startEach, startIdp } from './app.fixture.ts'
import type { DevIdp, Fault } from './index.ts'

const start = startEach()

const refreshAt = (idp: DevIdp, refreshToken: string) =>
  fetch(`${idp.issuer}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(
        [appClient.clientId, appClient.clientSecret ?? ''].map(encodeURIComponent).join(':'),
      )}`,
    },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
  })

test.each<{ fault: Fault; status: number; type: string; retryAfter: string | null }>([
  { fault: { kind: 'status', status: 503 }, status: 503, type: 'text/plain', retryAfter: null },
  {
    fault: { kind: 'status', status: 503, retryAfterSeconds: 7 },
    status: 503,
    type: 'text/plain',
    retryAfter: '7',
  },
  { fault: { kind: '429' }, status: 429, type: 'text/plain', retryAfter: null },
  {
    fault: { kind: '429', retryAfterSeconds: 3 },
    status: 429,
    type: 'text/plain',
    retryAfter: '3',
  },
  { fault: { kind: 'html' }, status: 502, type: 'text/html', retryAfter: null },
  { fault: { kind: 'html', status: 200 }, status: 200, type: 'text/html', retryAfter: null },
  {
    fault: { kind: 'error', error: 'invalid_client', status: 401 },
    status: 401,
    type: 'application/json',
    retryAfter: null,
  },
])('the fault $fault answers $status and processes nothing', async (row) => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  const refreshToken = tokens.refresh_token ?? ''
  idp.faults.set(row.fault)
  const response = await refreshAt(idp, refreshToken)
  expect(response.status).toBe(row.status)
  expect(response.headers.get('content-type')).toMatch(row.type)
  expect(response.headers.get('retry-after')).toBe(row.retryAfter)
  idp.faults.clear()
  const refreshed = await client.refreshTokenGrant(config, refreshToken)
  expect(refreshed.refresh_token).toEqual(expect.any(String))
})

test('an OAuth error is answered as the RFC has it', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  idp.faults.set({ kind: 'error', error: 'invalid_grant', errorDescription: 'said the test' })
  await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
    error_description: 'said the test',
    status: 400,
  })
})

test('drop-before resets the connection and leaves the refresh token unused', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  const refreshToken = tokens.refresh_token ?? ''
  idp.faults.set({ kind: 'drop-before', times: 1 })
  await expect(refreshAt(idp, refreshToken)).rejects.toThrow('fetch failed')
  const refreshed = await client.refreshTokenGrant(config, refreshToken)
  expect(refreshed.refresh_token).toEqual(expect.any(String))
})

test('drop-after-processing rotates the refresh token and loses the answer', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  const refreshToken = tokens.refresh_token ?? ''
  idp.faults.set({ kind: 'drop-after-processing', times: 1 })
  await expect(refreshAt(idp, refreshToken)).rejects.toThrow('fetch failed')
  await expect(client.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('delay processes later', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  idp.faults.set({ kind: 'delay', ms: 40 })
  const startedAt = performance.now()
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(39)
  expect(refreshed.refresh_token).toEqual(expect.any(String))
})

test('close does not wait for a delay', async () => {
  const idp = await startIdp()
  const { tokens } = await login(idp)
  idp.faults.set({ kind: 'delay', ms: 3_600_000 })
  const refresh = refreshAt(idp, tokens.refresh_token ?? '')
  const refused = expect(refresh).rejects.toThrow('fetch failed')
  await expect.poll(() => idp.counts()['token:refresh_token']).toBe(1)
  await idp.close()
  await refused
})

/** Timers that keep this process alive. */
const countTimers = () =>
  process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

test('any number of requests may be delayed at once, without a warning, and close ends them all', async () => {
  const idp = await startIdp()
  const warnings: string[] = []
  const hear = ({ name }: Error) => warnings.push(name)
  process.on('warning', hear)
  onTestFinished(() => void process.off('warning', hear))
  idp.faults.set({ kind: 'delay', ms: 3_600_000 })
  const refreshes = Array.from({ length: 25 }, () => refreshAt(idp, 'none'))
  const outcomes = Promise.allSettled(refreshes)
  await expect.poll(() => idp.counts()['token:refresh_token']).toBe(25)
  const timersBefore = countTimers()
  await idp.close()
  expect((await outcomes).map(({ status }) => status)).toEqual(refreshes.map(() => 'rejected'))
  expect(warnings).toEqual([])
  expect(countTimers()).toBeLessThanOrEqual(timersBefore - 25)
})

test('a list of faults is a sequence, and requests met by faults are counted', async () => {
  const idp = await start({
    faults: [
      { kind: 'status', status: 500, times: 2 },
      { kind: '429', times: 1 },
    ],
  })
  const statuses: number[] = []
  for (let turn = 0; turn < 4; turn += 1) statuses.push((await refreshAt(idp, 'none')).status)
  expect(statuses).toEqual([500, 500, 429, 400])
  expect(idp.counts()).toMatchObject({ token: 4, 'token:refresh_token': 4 })
})

test('a fault for refreshes does not meet a login', async () => {
  const idp = await start()
  idp.faults.set({ kind: 'status', status: 503, grantType: 'refresh_token' })
  const { tokens } = await login(idp)
  expect((await refreshAt(idp, tokens.refresh_token ?? '')).status).toBe(503)
})

test('a fault at another endpoint leaves the token endpoint alone', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  idp.faults.set({ endpoint: 'jwks', kind: 'html', status: 500 })
  expect((await fetch(`${idp.issuer}/jwks`)).status).toBe(500)
  expect((await fetch(`${idp.issuer}/.well-known/openid-configuration`)).status).toBe(200)
  expect((await refreshAt(idp, tokens.refresh_token ?? '')).status).toBe(200)
  expect(config.serverMetadata().issuer).toBe(idp.issuer)
})

test.each<[string, unknown, string]>([
  [
    'no kind',
    {},
    'needs a kind, one of: delay, status, 429, html, error, drop-before, drop-after-processing.',
  ],
  ['another kind', { kind: 'drop' }, 'needs a kind'],
  [
    'a misspelt member',
    { kind: 'delay', ms: 1, time: 2 },
    'no option "time". Did you mean "times"',
  ],
  ['a member of another kind', { kind: 'delay', ms: 1, status: 500 }, 'no option "status"'],
  ['a delay without ms', { kind: 'delay' }, 'needs ms'],
  ['a negative delay', { kind: 'delay', ms: -1 }, 'ms must be a whole number'],
  ['a status out of range', { kind: 'status', status: 42 }, 'status must be a whole number'],
  ['an error without its name', { kind: 'error' }, 'needs error'],
  ['no times', { kind: '429', times: 0 }, 'times must be a whole number from 1'],
  ['an unknown endpoint', { kind: '429', endpoint: 'tokens' }, 'endpoint must be one of'],
  [
    'a grant type elsewhere',
    { kind: '429', endpoint: 'par', grantType: 'x' },
    'token endpoint only',
  ],
])('a fault with %s is refused', async (_case, fault, message) => {
  const idp = await start()
  const set = () => idp.faults.set(fault as Fault)
  expect(set).toThrow(expect.objectContaining({ name: 'DevIdpError' }))
  expect(set).toThrow(message)
})

test('a form that is too long is refused before it is held', async () => {
  const idp = await start()
  const response = await fetch(`${idp.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'x'.repeat(2 * 1024 * 1024) }),
  })
  expect(response.status).toBe(413)
})

test('a form that is too long does not block the next request on its connection', async () => {
  const idp = await start()
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const send = (method: string, path: string, body = '') =>
    new Promise<{ status: number | undefined; localPort: number | undefined }>(
      (resolve, reject) => {
        const headers = { 'content-length': body.length }
        const sent = request(`${idp.issuer}${path}`, { agent, method, headers }, (response) => {
          const { statusCode: status, socket } = response
          const { localPort } = socket
          response.resume().on('end', () => resolve({ status, localPort }))
        })
        sent.on('error', reject).end(body)
      },
    )
  const refused = await send('POST', '/token', 'x'.repeat(2 * 1024 * 1024))
  const next = await send('GET', '/.well-known/openid-configuration')
  expect([refused.status, next.status]).toEqual([413, 200])
  expect(next.localPort).toBe(refused.localPort)
})
