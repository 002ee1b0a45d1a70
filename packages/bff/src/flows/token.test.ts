import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHarness, type Harness } from '../testing/harness.ts'
import { hashToken } from '../testing/hash-token.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

let harness: Harness
let store: RecordingStore

beforeEach(async () => {
  harness = await createHarness({
    bff: (standard) => ({
      ...standard,
      resources: {
        orders: {
          mode: 'token',
          audience: 'https://orders.example',
          scope: 'orders:read orders:write orders:admin',
        },
        billing: { mode: 'token', audience: 'https://billing.example', scope: 'billing:read' },
      },
    }),
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  await harness.login()
})
afterEach(() => harness.close())

interface Token {
  readonly access_token: string
  readonly expires_in: number
  readonly scope: string
  readonly resource: string
}

const ask = async (body: Record<string, unknown> = {}): Promise<Token> => {
  const response = await harness.browser.post('/bff/token', body)
  expect([response.status, response.json().code]).toEqual([200, undefined])
  return response.json() as unknown as Token
}

const refusal = async (body: Record<string, unknown> = {}) => {
  const response = await harness.browser.post('/bff/token', body)
  return [response.status, response.json().code]
}

const refreshes = () =>
  harness.provider.requests
    .filter(({ parameters }) => parameters.get('grant_type') === 'refresh_token')
    .map(({ parameters }) => parameters)

test('a token answer is what the RFC says and nothing else', async () => {
  const token = await ask()
  expect(Object.keys(token).sort()).toEqual([
    'access_token',
    'expires_in',
    'resource',
    'scope',
    'token_type',
  ])
  expect(token).toMatchObject({ token_type: 'Bearer', resource: 'orders', expires_in: 600 })
})

test('B83 expires_in is the time that is left, not what the provider once said', async () => {
  harness.advance(100)
  expect((await ask()).expires_in).toBe(500)
  harness.advance(0.5)
  expect((await ask()).expires_in).toBe(499)
  expect(refreshes().length).toBe(0)
})

test('B83 a token that nearly expired is renewed before it is handed out', async () => {
  const first = await ask()
  harness.advance(590)
  const second = await ask()
  expect(second.access_token).not.toBe(first.access_token)
  expect(second.expires_in).toBe(600)
  expect(refreshes().length).toBe(1)
})

test('B83 a token answer may not be stored', async () => {
  const response = await harness.browser.post('/bff/token')
  expect(response.headers['cache-control']).toBe('no-store')
})

test('in the last fifth of its life a token is served and renewed behind the answer', async () => {
  const first = await ask()
  harness.advance(440)
  expect((await ask()).access_token).toBe(first.access_token)
  await harness.bff.close()
  expect(refreshes().length).toBe(0)
  harness.advance(41)
  expect(await ask()).toMatchObject({ access_token: first.access_token, expires_in: 119 })
  await harness.bff.close()
  expect(refreshes().length).toBe(1)
  expect(await ask()).toMatchObject({ expires_in: 600 })
  expect(refreshes().length).toBe(1)
})

test('minValiditySeconds renews a token that lives, but not long enough', async () => {
  harness.advance(400)
  expect((await ask({ minValiditySeconds: 199 })).expires_in).toBe(200)
  expect(refreshes().length).toBe(0)
  expect((await ask({ minValiditySeconds: 201 })).expires_in).toBe(600)
  expect(refreshes().length).toBe(1)
})

test('minValiditySeconds is capped at half the life of the token, so that no one renews for ever', async () => {
  for (let call = 0; call < 3; call += 1) await ask({ minValiditySeconds: 1e9 })
  harness.advance(299)
  await ask({ minValiditySeconds: 1e9 })
  expect(refreshes().length).toBe(0)
  harness.advance(1)
  await ask({ minValiditySeconds: 1e9 })
  await ask({ minValiditySeconds: 1e9 })
  expect(refreshes().length).toBe(1)
})

test('a very short-lived token is handed out in the first half of its life', async () => {
  harness.advance(601)
  harness.provider.script.accessTokenSeconds = 4
  await ask()
  harness.advance(1)
  await ask()
  expect(refreshes().length).toBe(1)
  harness.advance(1)
  await ask()
  expect(refreshes().length).toBe(2)
})

test('a refused token that is not the current one is answered with the current one', async () => {
  const current = await ask()
  const { access_token } = await ask({ rejected: hashToken('an older token') })
  expect(access_token).toBe(current.access_token)
  expect(refreshes().length).toBe(0)
})

test('a refused token that is the current one is renewed', async () => {
  const refused = await ask()
  const renewed = await ask({ rejected: hashToken(refused.access_token) })
  expect(renewed.access_token).not.toBe(refused.access_token)
  const late = await ask({ rejected: hashToken(refused.access_token) })
  expect(late.access_token).toBe(renewed.access_token)
  expect(refreshes().length).toBe(1)
})

test('an API that refuses every token costs two renewals a minute, then its refusal stands', async () => {
  let { access_token: current } = await ask()
  const refuse = async () => {
    current = (await ask({ rejected: hashToken(current) })).access_token
  }
  for (let call = 0; call < 10; call += 1) await refuse()
  expect(refreshes().length).toBe(2)
  harness.advance(59)
  await refuse()
  expect(refreshes().length).toBe(2)
  harness.advance(1)
  for (let call = 0; call < 10; call += 1) await refuse()
  expect(refreshes().length).toBe(4)
})

test('the limit of one resource is not used up by another', async () => {
  let orders = (await ask()).access_token
  for (let call = 0; call < 3; call += 1) {
    orders = (await ask({ rejected: hashToken(orders) })).access_token
  }
  expect(refreshes().length).toBe(2)
  const billing = (await ask({ resource: 'billing' })).access_token
  await ask({ resource: 'billing', rejected: hashToken(billing) })
  expect(refreshes().length).toBe(4)
})

test('a token that was refused is not served when its renewal fails', async () => {
  const { access_token } = await ask()
  harness.provider.script.token = () => ({ status: 503, body: '' })
  expect(await refusal({ rejected: hashToken(access_token) })).toEqual([
    503,
    'provider_unavailable',
  ])
})

test('B82 each resource has a token of its own, asked for by its audience', async () => {
  const orders = await ask({ resource: 'orders' })
  const billing = await ask({ resource: 'billing' })
  expect(billing.access_token).not.toBe(orders.access_token)
  expect(billing.resource).toBe('billing')
  expect(refreshes().map((parameters) => parameters.get('resource'))).toEqual([
    'https://billing.example',
  ])
  expect((await ask({ resource: 'orders' })).access_token).toBe(orders.access_token)
  expect((await ask({ resource: 'billing' })).access_token).toBe(billing.access_token)
  expect(refreshes().length).toBe(1)
})

test.each([
  'nothing',
  '',
  'ORDERS',
  'orders ',
  'constructor',
  '__proto__',
  'https://orders.example',
])('B82 a resource that is not configured is refused: "%s"', async (resource) => {
  expect(await refusal({ resource })).toEqual([400, 'unknown_resource'])
  expect(refreshes().length).toBe(0)
})

test('B82 a resource that is named like a member of every object has a token like any other', async () => {
  const other = await createHarness({
    bff: (standard) => ({
      ...standard,
      resources: {
        orders: { mode: 'token', scope: 'orders:read' },
        constructor: { mode: 'token' as const, scope: 'constructor:read' },
      },
    }),
  })
  await other.login()
  const response = await other.browser.post('/bff/token', { resource: 'constructor' })
  await other.close()
  expect(response.json()).toMatchObject({ resource: 'constructor', expires_in: 600 })
  expect(response.json().access_token).toBeTypeOf('string')
})

test('B81 a narrower scope gets a token of its own, never the wide one that is at hand', async () => {
  const wide = await ask()
  const narrow = await ask({ scope: 'orders:read' })
  expect(narrow.access_token).not.toBe(wide.access_token)
  expect(narrow.scope).toBe('orders:read')
  expect(refreshes().map((parameters) => parameters.get('scope'))).toEqual(['orders:read'])
  expect((await ask()).access_token).toBe(wide.access_token)
  expect((await ask({ scope: 'orders:read' })).access_token).toBe(narrow.access_token)
  expect(refreshes().length).toBe(1)
})

test('B81 the same words in another order are the same scope', async () => {
  const one = await ask({ scope: 'orders:read orders:write' })
  const other = await ask({ scope: 'orders:write orders:read orders:write' })
  expect(other.access_token).toBe(one.access_token)
  const all = await ask({ scope: 'orders:admin orders:write orders:read' })
  expect(all.access_token).toBe((await ask()).access_token)
  expect(refreshes().length).toBe(1)
})

test('B81 a provider that answers with a wider token than was asked for is not believed', async () => {
  harness.provider.script.token = async (_request, standard) => ({
    body: { ...(await standard()), scope: 'orders:read orders:write' },
  })
  expect(await refusal({ scope: 'orders:read' })).toEqual([502, 'provider_error'])
  delete harness.provider.script.token
  expect(await ask({ scope: 'orders:read' })).toMatchObject({ scope: 'orders:read' })
})

test('B81 a narrower token keeps its scope when the provider does not repeat it', async () => {
  harness.provider.script.token = async (_request, standard) => {
    const { scope: _scope, ...body } = await standard()
    return { body }
  }
  expect((await ask({ scope: 'orders:write' })).scope).toBe('orders:write')
})

test.each([
  'billing:read',
  'orders:read billing:read',
  'orders',
  'orders:readx',
  'ORDERS:READ',
  '',
  ' ',
  'orders:read  orders:write',
  'offline_access',
  'openid',
])('B81 a scope beyond the resource’s own is refused: "%s"', async (scope) => {
  expect(await refusal({ scope })).toEqual([403, 'insufficient_scope'])
  expect(refreshes().length).toBe(0)
})

test('B81 expired tokens of other scopes leave the session record', async () => {
  await ask({ scope: 'orders:read' })
  await ask({ scope: 'orders:write' })
  const before = store.written.at(-1)?.value.length ?? 0
  harness.advance(601)
  await ask()
  expect(store.written.at(-1)?.value.length).toBeLessThan(before - 200)
})

test('without a session there is no token', async () => {
  harness.browser.jar.clear()
  expect(await refusal()).toEqual([401, 'session_required'])
})

test('B96 a session that is gone is told apart from whatever an API refuses', async () => {
  await harness.browser.post('/bff/logout')
  const jar = harness.newBrowser()
  await harness.login(jar)
  const copy = harness.newBrowser()
  for (const [name, cookie] of jar.jar) copy.jar.set(name, cookie)
  await jar.post('/bff/logout')
  const response = await copy.post('/bff/token')
  expect(response.status).toBe(401)
  expect(response.headers['content-type']).toContain('application/problem+json')
  expect(response.headers['www-authenticate']).toBeUndefined()
  expect(response.json()).toMatchObject({
    code: 'session_revoked',
    reason: 'logout',
    retry: 'login',
  })
})

test('one round trip to the store is what a hot call costs', async () => {
  store.calls.splice(0)
  for (let call = 0; call < 5; call += 1) await ask()
  expect(store.calls.map(({ method }) => method)).toEqual(['get', 'get', 'get', 'get', 'get'])
})

test('a call slides the session at most once a minute, and not at all with slide: false', async () => {
  const touches = () => store.calls.filter(({ method }) => method === 'touch').length
  for (let second = 0; second < 120; second += 10) {
    harness.advance(10)
    await ask({ slide: false })
  }
  expect(touches()).toBe(0)
  await ask()
  await ask()
  expect(touches()).toBe(1)
  harness.advance(59)
  await ask()
  expect(touches()).toBe(1)
  harness.advance(1)
  await ask()
  expect(touches()).toBe(2)
})

test('without a refresh token the session lasts as long as its access token', async () => {
  harness.provider.script.token = async (_request, standard) => {
    const { refresh_token: _none, ...body } = await standard()
    return { body }
  }
  await harness.login()
  harness.advance(595)
  const { access_token, expires_in } = await ask()
  expect(expires_in).toBe(5)
  await ask({ rejected: hashToken(access_token) })
  harness.advance(5)
  expect(await refusal()).toEqual([401, 'session_expired'])
  expect(refreshes().length).toBe(0)
})

test('without a refresh token another resource is refused and the session goes on', async () => {
  harness.provider.script.token = async (_request, standard) => {
    const { refresh_token: _none, ...body } = await standard()
    return { body }
  }
  await harness.login()
  expect(await refusal({ resource: 'billing' })).toEqual([403, 'insufficient_scope'])
  const session = await harness.browser.get('/bff/session?resource=billing')
  expect(session.json()).toMatchObject({
    authenticated: true,
    tokenProblem: { code: 'insufficient_scope', retry: 'login' },
  })
  expect((await ask()).resource).toBe('orders')
})
