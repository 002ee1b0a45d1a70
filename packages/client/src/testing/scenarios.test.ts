import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { endDevice, listDevices } from '../devices/index.ts'
import { type AuthClient, createAuthClient } from '../index.ts'
import { loginByPopup } from '../popup/index.ts'
import { createStepUpFetch, StepUpRequiredError } from '../step-up/index.ts'
import { problem, setUpFakeSession } from './index.ts'

/** By default a wait is given up after one second, which a busy machine may take. */
const patience = { timeout: 20_000 }

const api = 'https://orders.example'

const resources = {
  orders: { scope: 'orders:read orders:write', origin: api },
  reports: { scope: 'reports:read', origin: 'https://reports.example' },
}
const { session, server } = await setUpFakeSession(
  setupServer,
  { afterEach, afterAll },
  {
    resources,
    user: { sub: 'carol', name: 'Carol', plan: 'pro' },
    devices: [{ sid: 'another-device-0000001', createdAt: 1, lastSeenAt: 2 }],
    onUnhandledRequest: 'error',
    handlers: [
      http.all(`${api}/*`, async ({ request }) => HttpResponse.text(await request.text())),
      http.all('https://reports.example/*', () => HttpResponse.json([])),
    ],
  },
)
const clients: AuthClient[] = []
const create = (): AuthClient => {
  const client = createAuthClient({ resources, ...session.clock, random: () => 0.5 })
  clients.push(client)
  return client
}
const createReady = async (): Promise<AuthClient> => {
  const client = create()
  await session.ready(client)
  return client
}
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
  vi.unstubAllGlobals()
})

test('a client that is disposed of is told so', async () => {
  const client = create()
  client.dispose()
  await expect(session.ready(client)).rejects.toMatchObject({ code: 'client_disposed' })
})

test('authenticated: somebody is logged in with the claims of the options', async () => {
  const client = await createReady()
  expect(client.getState()).toMatchObject({
    status: 'authenticated',
    user: { sub: 'carol', name: 'Carol', plan: 'pro' },
  })
  expect(await client.getAccessToken()).toBe(session.tokens[0])
  session.expectRenewals(0)
  expect(session.seen.map(({ route }) => route)).toEqual(['session'])
})

test('authenticated with other claims: another user is noticed', async () => {
  const client = await createReady()
  session.set('authenticated', { user: { sub: 'dave' } })
  expect(await client.refreshSession()).toMatchObject({ user: { sub: 'dave' } })
})

test('anonymous: nobody is logged in', async () => {
  session.set('anonymous')
  const client = create()
  expect(await session.ready(client)).toEqual({ status: 'unauthenticated', reason: undefined })
  await expect(client.fetch(`${api}/orders`)).rejects.toMatchObject({ code: 'session_required' })
})

test('expiring: the app is warned and the session ends in a minute', async () => {
  session.set('expiring')
  const client = create()
  const warned = vi.fn()
  client.on('sessionExpiring', warned)
  const state = await session.ready(client)
  expect(state).toMatchObject({ sessionExpiresAt: session.clock.now() + 60_000 })
  session.wake()
  expect(warned).toHaveBeenCalledOnce()
  session.advance(60_000)
  expect(await client.refreshSession()).toEqual({ status: 'unauthenticated', reason: 'expired' })
})

test('offline: the session is kept, and is there again when the network is', async () => {
  const client = await createReady()
  session.goOffline()
  await client.refreshSession()
  expect(client.getState()).toMatchObject({ status: 'authenticated', offline: true })
  await expect(client.fetch(`${api}/orders`)).rejects.toThrow(TypeError)
  session.goOnline()
  await vi.waitFor(() => expect(client.getState()).toMatchObject({ offline: false }), patience)
  session.set('offline')
  await client.refreshSession()
  expect(client.getState()).toMatchObject({ status: 'authenticated', offline: true })
})

test('revoked: the app learns why at its next call', async () => {
  const client = await createReady()
  session.set('revoked')
  session.advance(300_000)
  await expect(client.getAccessToken()).rejects.toMatchObject({ code: 'session_revoked' })
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'revoked' })
  session.login()
  session.revoke('replaced')
  await client.refreshSession()
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'replaced' })
})

test('a token that ran out or is refused costs one renewal, whoever asks', async () => {
  const client = await createReady()
  session.expireToken()
  const answers = await Promise.all(
    [1, 2, 3].map(() => client.fetch(`${api}/orders`, { method: 'POST', body: 'x' })),
  )
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['x', 'x', 'x'])
  session.expectRenewals(1)
  session.advance(280_000)
  await client.getAccessToken()
  session.expectRenewals(2)
  expect(() => session.expectRenewals(1)).toThrow(
    'Expected 1 renewal, there were 2.\n' +
      '  - orders (orders:read orders:write) by POST /token\n' +
      '  - orders (orders:read orders:write) by POST /token',
  )
})

test('two tabs that meet a refusal together cost one renewal', async () => {
  const tabs = [await createReady(), await createReady()]
  await Promise.all(tabs.map((tab) => tab.getAccessToken()))
  expect(session.tokens).toHaveLength(1)
  session.expireToken()
  const answers = await Promise.all(tabs.map((tab) => tab.fetch(`${api}/orders`)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  session.expectRenewals(1)
})

test('only the tokens of the resource named are refused', async () => {
  const client = await createReady()
  await client.getAccessToken({ resource: 'reports' })
  session.expireToken('reports')
  expect((await client.fetch(`${api}/orders`)).status).toBe(200)
  session.expectRenewals(0)
  expect((await client.fetch('https://reports.example/')).status).toBe(200)
  session.expectRenewals(1)
})

test('stepUp: the API asks for a stronger login until there is one', async () => {
  session.set('stepUp')
  const client = await createReady()
  const fetch = createStepUpFetch(client)
  const error = await fetch(`${api}/pay`).catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(StepUpRequiredError)
  expect(error).toMatchObject({ acrValues: 'urn:fake:strong' })
  const patient = createStepUpFetch(client, {
    onStepUp: async ({ acrValues = '' }) => {
      session.login({ acr: acrValues })
      await client.refreshSession()
    },
  })
  const answer = await patient(`${api}/pay`, { method: 'POST', body: 'ten euros' })
  expect(await answer.text()).toBe('ten euros')
})

test('a login by popup is what the test says the user does', async () => {
  session.set('anonymous')
  vi.stubGlobal('open', session.open)
  const client = await createReady()
  const login = loginByPopup(client, { loginHint: 'carol' })
  expect(session.seen.at(-1)).toMatchObject({ route: 'login' })
  expect(session.seen.at(-1)?.url.searchParams.get('display')).toBe('popup')
  session.login({ user: { sub: 'carol' } })
  expect(await login).toMatchObject({ status: 'authenticated', user: { sub: 'carol' } })
})

test('a guarded handler answers as its API would', async () => {
  const client = await createReady()
  const list = session.guard('orders', () => HttpResponse.json([1]), { scope: 'orders:write' })
  server.use(http.get(`${api}/list`, list))
  expect(await (await client.fetch(`${api}/list`)).json()).toEqual([1])
  const ask = async (token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const answer = await fetch(`${api}/list`, { headers })
    return [answer.status, answer.headers.get('www-authenticate')]
  }
  const narrow = await client.getAccessToken({ scope: 'orders:read' })
  const foreign = await client.getAccessToken({ resource: 'reports' })
  expect(await ask()).toEqual([401, 'Bearer'])
  expect(await ask('made-up')).toEqual([401, 'Bearer error="invalid_token"'])
  expect(await ask(foreign)).toEqual([401, 'Bearer error="invalid_token"'])
  expect(await ask(narrow)).toEqual([
    403,
    'Bearer error="insufficient_scope", scope="orders:write"',
  ])
  expect(() => session.guard('nowhere', () => undefined)).toThrow('orders, reports')
})

test('C25 a role that only the page knows of opens no API', async () => {
  session.set('authenticated', { user: { sub: 'carol', roles: ['admin'] } })
  const client = await createReady()
  expect(client.getState()).toMatchObject({ user: { roles: ['admin'] } })
  const remove = session.guard('orders', () => HttpResponse.json({}), { scope: 'orders:admin' })
  server.use(http.delete(`${api}/everything`, remove))
  const answer = await client.fetch(`${api}/everything`, { method: 'DELETE' })
  expect(answer.status).toBe(403)
  expect(await answer.json()).toMatchObject({ code: 'insufficient_scope' })
  session.expectRenewals(0)
})

test('logouts are told by their scopes, and leave nobody logged in', async () => {
  const client = await createReady()
  await client.logout({ scope: 'global' })
  session.expectLogouts('global')
  expect(() => session.expectLogouts('local')).toThrow(
    /Expected 1 logout \(local\).*\n {2}- global/,
  )
  await client.refreshSession()
  expect(client.getState().status).toBe('unauthenticated')
})

test('devices are listed and ended', async () => {
  const client = await createReady()
  const devices = await listDevices(client)
  expect(devices.map(({ current }) => current)).toEqual([true, false])
  await endDevice(client, { sid: 'another-device-0000001' })
  expect(await listDevices(client)).toHaveLength(1)
})

test('a fault of the BFF is a handler of the test’s own', async () => {
  const client = await createReady()
  server.use(
    http.post('*/bff/token', () => problem('provider_unavailable', { retryAfterSeconds: 7 })),
  )
  await expect(client.getAccessToken({ resource: 'reports' })).rejects.toMatchObject({
    code: 'provider_unavailable',
    retryAfterSeconds: 7,
  })
  expect(client.getState().status).toBe('authenticated')
})

test('every test begins as the first one did', async () => {
  const client = await createReady()
  expect(client.getState()).toMatchObject({ user: { sub: 'carol' } })
  expect(session.seen).toHaveLength(1)
  expect(session.tokens).toHaveLength(1)
})
