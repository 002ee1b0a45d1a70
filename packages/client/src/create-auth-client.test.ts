// @vitest-environment node
import { expect, expectTypeOf, test, vi } from 'vitest'
import { apiOrigin, createGate } from './fake-bff.fixture.ts'
import { AuthError, type AuthEvents, type AuthState, createAuthClient } from './index.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

test.each([
  'http://api.example',
  'http://192.168.1.10:4001',
  'http://10.0.0.1',
  'http://localhost.example',
  'http://127.0.0.1.evil.example',
  'http://127.evil.example',
  'http://evil-localhost',
  'http://[::2]',
  'http://0.0.0.0:4001',
  'ws://localhost:4001',
  'ftp://api.example',
  'file:///api',
  'javascript:alert(1)',
  'blob:https://api.example/x',
  'https://api.example/v1',
  'https://api.example/?x',
  'https://api.example/#x',
  'https://user@api.example',
  'https://user:secret@api.example',
  'api.example',
  '//api.example',
  '/api',
  '*',
  'null',
  '',
  undefined as unknown as string,
  'https://api.example https://evil.example',
])('C22 %j is no origin for a token', (origin) => {
  const create = () => createAuthClient({ resources: { orders: { origin } } })
  expect(create).toThrow(AuthError)
  expect(create).toThrow(/resources\.orders\.origin/)
  try {
    create()
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_options', phase: 'options', retry: 'never' })
    // The value may hold a secret by mistake; the name is enough to find it.
    expect((error as Error).message).not.toMatch(/secret|example|192/)
  }
  expect(stage.bff.seen.session).toHaveLength(0)
})

test.each([
  'https://api.example',
  'https://api.example/',
  'https://api.example:8443',
  'HTTPS://API.Example:443',
  'http://localhost:4001',
  'http://api.localhost:4001',
  'http://127.0.0.1:4001',
  'http://127.8.9.1',
  'http://[::1]:4001',
])('C22 %s is an origin for a token', async (origin) => {
  const client = await stage.createReady({ resources: { orders: { origin } } })
  expect(client.getState().status).toBe('authenticated')
})

test('C23 where there is no document nothing is asked, shared or broken', async () => {
  vi.stubGlobal('document', undefined)
  vi.stubGlobal('window', undefined)
  vi.stubGlobal('location', undefined)
  vi.stubGlobal('addEventListener', undefined)
  vi.stubGlobal('BroadcastChannel', undefined)
  const setInterval = vi.spyOn(globalThis, 'setInterval')
  const first = stage.create()
  const second = stage.create()
  expect(first).not.toBe(second)
  expect(await first.ready()).toEqual({ status: 'loading' })
  expect(await first.refreshSession()).toEqual({ status: 'loading' })
  expect(first.getState()).toEqual({ status: 'loading' })
  await expect(first.getAccessToken()).rejects.toMatchObject({ code: 'not_in_browser' })
  await expect(first.fetch(`${apiOrigin}/orders`)).rejects.toMatchObject({
    code: 'not_in_browser',
  })
  await expect(first.logout()).rejects.toMatchObject({ code: 'not_in_browser' })
  expect((await first.fetch('https://third-party.example/')).status).toBe(200)
  expect(second.getState()).toEqual({ status: 'loading' })
  expect(setInterval).not.toHaveBeenCalled()
  const { session, token, api } = stage.bff.seen
  expect([...session, ...token, ...api]).toEqual([])
})

test('C23 two clients share neither state nor tokens nor listeners', async () => {
  const one = await stage.createReady()
  const other = await stage.createReady()
  const told = vi.fn()
  other.subscribe(told)
  expect(await one.getAccessToken()).not.toBe(await other.getAccessToken())
  await one.getAccessToken({ resource: 'reports' })
  expect(stage.bff.seen.token).toHaveLength(1)
  expect(told).not.toHaveBeenCalled()
})

test('importing the package does nothing', async () => {
  vi.resetModules()
  const touched: string[] = []
  const watched = new Proxy(stage.page.window, {
    get: (_target, name) => touched.push(String(name)),
  })
  vi.stubGlobal('window', watched)
  vi.stubGlobal('document', watched)
  vi.stubGlobal('location', watched)
  await import('./index.ts')
  expect(touched).toEqual([])
})

test('dispose stops timers, listeners, the channel and requests, and every promise settles', async () => {
  const client = await stage.createReady()
  const asked = createGate()
  stage.bff.onApi = () => {
    asked.open()
    return new Promise<Response>(() => {})
  }
  stage.bff.onToken = () => new Promise<Response>(() => {})
  const fetching = client.fetch(`${apiOrigin}/orders`)
  const renewing = client.getAccessToken({ resource: 'reports' })
  await asked.opened
  await stage.page.turns()
  client.dispose()
  await expect(fetching).rejects.toMatchObject({ name: 'AuthError', code: 'disposed' })
  await expect(renewing).rejects.toMatchObject({ name: 'AuthError', code: 'disposed' })
  expect(vi.getTimerCount()).toBe(0)

  const told = vi.fn()
  client.subscribe(told)
  const before = stage.bff.seen.session.length
  stage.page.clock.wall += 7_200_000
  for (const type of ['focus', 'online', 'visibilitychange']) stage.page.fire(type)
  stage.page.fire('pageshow', { persisted: true })
  await stage.createReady()
  await stage.page.idle()
  expect(told).not.toHaveBeenCalled()
  expect(stage.bff.seen.session).toHaveLength(before + 1)
  await expect(client.getAccessToken()).rejects.toMatchObject({ code: 'disposed' })
  await expect(client.logout()).rejects.toMatchObject({ code: 'disposed' })
  expect(await client.ready()).toBe(client.getState())
  client.dispose()
})

test('a client that is disposed of before its first answer settles everyone who waits', async () => {
  stage.bff.onSession = () => new Promise<Response>(() => {})
  const client = stage.create()
  const ready = client.ready()
  const token = client.getAccessToken()
  await stage.page.turns()
  client.dispose()
  expect(await ready).toEqual({ status: 'loading' })
  await expect(token).rejects.toMatchObject({ code: 'disposed' })
})

test('calls after dispose are refused at once: offline, and without a session as well', async () => {
  const client = await stage.createReady()
  stage.page.setOnline('offline')
  client.dispose()
  const left = await stage.createReady()
  await left.logout()
  const required = vi.fn()
  left.on('loginRequired', required)
  left.dispose()
  for (const { getAccessToken } of [client, left]) {
    const signal = AbortSignal.timeout(1000)
    await expect(getAccessToken({ signal })).rejects.toMatchObject({ code: 'disposed' })
  }
  expect(required).not.toHaveBeenCalled()
})

test('the functions of a client need no client in front of them', async () => {
  const { ready, getState, subscribe, on, getAccessToken, fetch, refreshSession } = stage.create()
  subscribe(() => {})
  on('tokenRenewed', () => {})
  await ready()
  expect(await getAccessToken()).toBe(stage.bff.tokens[0])
  expect((await fetch(`${apiOrigin}/orders`)).status).toBe(200)
  expect(await refreshSession()).toBe(getState())
})

test('a client without resources knows the user', async () => {
  const client = await stage.createReady({ resources: {} })
  expect(stage.bff.seen.session[0]?.url.search).toBe('')
  expect(client.getState().status).toBe('authenticated')
  stage.page.clock.wall += 61_000
  stage.page.fire('focus')
  await stage.page.idle()
  const { pathname, search } = stage.bff.seen.session[1]?.url ?? new URL('about:blank')
  expect(pathname + search).toBe('/bff/session?slide=false')
})

test('types: the claims of the app, fetch as the platform has it, and states told apart', () => {
  interface Claims {
    readonly sub: string
    readonly role: 'user' | 'admin'
  }
  type Client = ReturnType<typeof createAuthClient<Claims>>
  expectTypeOf<Client['fetch']>().toEqualTypeOf<typeof globalThis.fetch>()
  expectTypeOf<
    Extract<AuthState<Claims>, { status: 'authenticated' }>['user']
  >().toEqualTypeOf<Claims>()
  expectTypeOf<ReturnType<Client['getState']>>().toEqualTypeOf<AuthState<Claims>>()
  expectTypeOf<AuthEvents<Claims>['userChanged']>().toEqualTypeOf<{ readonly user: Claims }>()
  expectTypeOf(createAuthClient).parameter(0).toHaveProperty('bffPath')
})
