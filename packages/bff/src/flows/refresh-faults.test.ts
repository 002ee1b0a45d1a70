import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHarness, type Harness } from '../testing/harness.ts'
import { misconfigurations, outages, type RefreshFault } from '../testing/refresh-faults.ts'
import type { ScriptedAnswer } from '../testing/scripted-provider.ts'

let harness: Harness

beforeEach(async () => {
  harness = await createHarness()
  await harness.login()
})
afterEach(() => harness.close())

const isRefresh = (parameters: URLSearchParams) => parameters.get('grant_type') === 'refresh_token'

const breakProvider = (answer: ScriptedAnswer) => {
  harness.provider.script.token = ({ parameters }, standard) =>
    isRefresh(parameters) ? answer : standard().then((body) => ({ body }))
}

const mendProvider = () => {
  delete harness.provider.script.token
}

const refreshes = () => harness.provider.count('/token', 'refresh_token')

const expectAliveAgain = async () => {
  mendProvider()
  const token = await harness.browser.post('/bff/token')
  expect(token.json()).toMatchObject({ expires_in: 600 })
  const session = await harness.browser.get('/bff/session?resource=orders')
  expect(session.json()).toMatchObject({ authenticated: true, token: { expires_in: 600 } })
}

const faults: readonly RefreshFault[] = [...outages, ...misconfigurations]

for (const { name, answer, status, code, retryAfter } of faults) {
  test(`B86 ${name} keeps the session and every token that is still valid`, async () => {
    harness.advance(592)
    breakProvider(answer)
    const served = await harness.browser.post('/bff/token')
    expect([served.status, served.json().expires_in]).toEqual([200, 8])
    harness.advance(9)
    const token = await harness.browser.post('/bff/token')
    expect([token.status, token.json().code, token.headers['retry-after']]).toEqual([
      status,
      code,
      retryAfter,
    ])
    expect(token.json().retry).toBe('later')
    expect(token.setCookies).toEqual([])
    const session = await harness.browser.get('/bff/session?resource=orders')
    expect(session.status).toBe(200)
    expect(session.json()).toMatchObject({
      authenticated: true,
      user: { sub: 'alice' },
      tokenProblem: { code, retry: 'later', retryAfterSeconds: Number(retryAfter ?? 5) },
    })
    expect(session.json()).not.toHaveProperty('token')
    expect(refreshes()).toBe(3)
    expect(harness.provider.count('/trap')).toBe(0)
    await expectAliveAgain()
  })
}

test('B86 a provider that hangs is given up after its time, the session is kept', async () => {
  await harness.close()
  harness = await createHarness({
    bff: (standard) => ({ ...standard, provider: { ...standard.provider, timeoutMs: 1_500 } }),
  })
  await harness.login()
  harness.advance(601)
  breakProvider('hang')
  const token = await harness.browser.post('/bff/token')
  expect([token.status, token.json().code]).toEqual([503, 'provider_unavailable'])
  // Whether it was processed is not known: it is not sent twice.
  expect(refreshes()).toBe(1)
  await expectAliveAgain()
})

test('B86 a provider that nobody answers for is an outage', async () => {
  harness.advance(601)
  const { port } = new URL(harness.provider.issuer)
  await harness.provider.close()
  const token = await harness.browser.post('/bff/token')
  expect([token.status, token.json().code]).toEqual([503, 'provider_unavailable'])
  const session = await harness.browser.get('/bff/session')
  expect(session.json()).toMatchObject({ authenticated: true })
  expect(token.text).not.toContain(port)
})

test('B86 an outage of half a minute ends without a login', async () => {
  harness.advance(601)
  breakProvider({ status: 503, body: '' })
  for (let second = 0; second < 30; second += 5) {
    expect((await harness.browser.post('/bff/token')).status).toBe(503)
    harness.advance(5)
  }
  await expectAliveAgain()
  expect(harness.provider.count('/token', 'authorization_code')).toBe(1)
})

test('B86 an outage costs the provider a handful of requests, not one a call', async () => {
  harness.advance(601)
  breakProvider({ status: 503, body: '' })
  for (let index = 0; index < 100; index += 1) {
    const token = await harness.browser.post('/bff/token')
    expect([token.status, token.json().code]).toEqual([503, 'provider_unavailable'])
  }
  expect(refreshes()).toBe(5)
  const session = await harness.browser.get('/bff/session')
  expect(session.json()).toMatchObject({ authenticated: true })
  harness.advance(3)
  await expectAliveAgain()
})

test('B86 a key set that cannot be had does not matter to a renewal', async () => {
  harness.provider.script.jwks = () => ({ status: 500, body: '' })
  harness.advance(601)
  const before = harness.provider.count('/jwks')
  await expectAliveAgain()
  expect(harness.provider.count('/jwks')).toBe(before)
})

test('a failed renewal is logged by what went wrong, without a word of the provider’s', async () => {
  harness.advance(601)
  breakProvider({ status: 400, body: { error: 'secret\r\nof the provider' } })
  await harness.browser.post('/bff/token')
  const line = harness.log.find(({ fields }) => fields.event === 'refresh.failed')
  expect(line?.fields).toMatchObject({ code: 'provider_error' })
  expect(JSON.stringify(harness.log)).not.toContain('of the provider')
})

for (const status of [400, 401, 403]) {
  test(`B46 invalid_grant with ${status} ends the session, and says so`, async () => {
    harness.advance(601)
    breakProvider({ status, body: { error: 'invalid_grant' } })
    const token = await harness.browser.post('/bff/token')
    expect(token.status).toBe(401)
    expect(token.json()).toMatchObject({
      code: 'session_revoked',
      reason: 'refresh_rejected',
      retry: 'login',
    })
    mendProvider()
    const session = await harness.browser.get('/bff/session?resource=orders')
    expect(session.json()).toEqual({ authenticated: false, reason: 'refresh_rejected' })
    expect(refreshes()).toBe(1)
  })
}

test('B46 at GET /session invalid_grant ends the session in the same answer', async () => {
  harness.advance(601)
  breakProvider({ status: 400, body: { error: 'invalid_grant' } })
  const session = await harness.browser.get('/bff/session?resource=orders')
  expect([session.status, session.json()]).toEqual([
    200,
    { authenticated: false, reason: 'refresh_rejected' },
  ])
})

test('B46 invalid_grant ends the session although the stored token is still valid', async () => {
  harness.advance(592)
  breakProvider({ status: 400, body: { error: 'invalid_grant' } })
  expect((await harness.browser.post('/bff/token')).status).toBe(401)
})

test('B46 a renewal in the background that is refused ends the session for the next call', async () => {
  harness.advance(500)
  breakProvider({ status: 400, body: { error: 'invalid_grant' } })
  expect((await harness.browser.post('/bff/token')).status).toBe(200)
  await harness.bff.close()
  expect((await harness.browser.post('/bff/token')).json()).toMatchObject({
    reason: 'refresh_rejected',
  })
})
