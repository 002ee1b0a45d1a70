import { StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Browser } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

const cookieName = '__Host-Http-coatcheck'

let harness: Harness
let store: RecordingStore

beforeEach(async () => {
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
})
afterEach(() => harness.close())

/** A browser with a copy of the cookies, as a thief would have them. */
const copyOf = (browser: Browser): Browser => {
  const copy = harness.newBrowser()
  for (const [name, cookie] of browser.jar) copy.jar.set(name, cookie)
  return copy
}

const ask = async (query = '', browser = harness.browser) =>
  (await browser.get(`/bff/session${query}`)).json()

const hours = 3600

test('B47 without a session the answer is that, and nothing more', async () => {
  const response = await harness.browser.get('/bff/session?resource=orders')
  expect([response.status, response.json()]).toEqual([200, { authenticated: false }])
  expect(store.calls).toEqual([])
})

test('B47 a session is described by the listed claims and public facts, never by its tokens', async () => {
  await harness.login()
  expect(await ask()).toEqual({
    authenticated: true,
    user: { sub: 'alice', name: 'Alice Example', email: 'alice@example.test' },
    session: {
      sid: expect.stringMatching(/^[\w-]{22}$/),
      expiresInSeconds: 1_209_600,
      idleExpiresInSeconds: 28_800,
      authTime: expect.any(Number),
    },
  })
})

test('B47 the claims are those of the configuration, with sub in any case', async () => {
  await harness.close()
  harness = await createHarness({
    bff: (standard) => ({ ...standard, session: { claims: ['roles', 'missing'] } }),
  })
  await harness.login()
  expect((await ask()).user).toEqual({ sub: 'alice', roles: ['user'] })
})

test('a page learns who is logged in and receives its token in one round trip', async () => {
  await harness.login()
  store.calls.splice(0)
  expect(await ask('?resource=orders')).toMatchObject({
    authenticated: true,
    token: { token_type: 'Bearer', resource: 'orders', expires_in: 600 },
  })
  expect(store.calls.map(({ method }) => method)).toEqual(['get'])
})

test('B82 an unknown resource is refused where there is a session', async () => {
  await harness.login()
  const response = await harness.browser.get('/bff/session?resource=nothing')
  expect([response.status, response.json().code]).toEqual([400, 'unknown_resource'])
})

test('B45 a session nobody uses ends after the idle time, for a copied cookie too', async () => {
  await harness.login()
  const copy = copyOf(harness.browser)
  harness.advance(8 * hours - 1)
  expect(await ask('?slide=false', copy)).toMatchObject({ session: { idleExpiresInSeconds: 1 } })
  harness.advance(1)
  expect(await ask('', copy)).toEqual({ authenticated: false, reason: 'expired' })
  const token = await harness.browser.post('/bff/token')
  expect([token.status, token.json().code, token.json().reason]).toEqual([
    401,
    'session_expired',
    'expired',
  ])
})

test('B45 a session in constant use ends at the absolute limit', async () => {
  await harness.login()
  for (let hour = 0; hour < 14 * 24; hour += 6) {
    expect(await ask()).toMatchObject({ authenticated: true })
    harness.advance(6 * hours)
  }
  expect(await ask()).toEqual({ authenticated: false, reason: 'expired' })
  expect((await harness.browser.post('/bff/token')).status).toBe(401)
})

test('B45 the limits that are told never promise more than there is', async () => {
  await harness.login()
  for (let hour = 0; hour < 14 * 24 - 7; hour += 7) {
    await ask()
    harness.advance(7 * hours)
  }
  const { session } = (await ask()) as { session: Record<string, number> }
  expect(session.idleExpiresInSeconds).toBeLessThanOrEqual(session.expiresInSeconds ?? 0)
})

test('B45 a background check does not keep a session alive', async () => {
  await harness.login()
  for (let hour = 0; hour < 8; hour += 1) {
    expect(await ask('?slide=false&resource=orders')).toMatchObject({ authenticated: true })
    harness.advance(hours)
  }
  expect(await ask('?slide=false')).toEqual({ authenticated: false, reason: 'expired' })
})

test('B45 a user who works is not logged out', async () => {
  await harness.login()
  for (let hour = 0; hour < 24; hour += 1) {
    harness.advance(hours)
    expect(await ask()).toMatchObject({ session: { idleExpiresInSeconds: 28_800 } })
  }
})

test('a page that asks every second writes to the store once a minute', async () => {
  await harness.login()
  store.calls.splice(0)
  for (let second = 0; second < 130; second += 1) {
    harness.advance(1)
    await ask()
  }
  const count = (method: string) => store.calls.filter((call) => call.method === method).length
  expect([count('get'), count('touch'), count('swap'), count('put')]).toEqual([130, 2, 0, 0])
})

test('an ended session tells the copy of its cookie why, for fifteen minutes', async () => {
  await harness.login()
  const copy = copyOf(harness.browser)
  await harness.browser.post('/bff/logout')
  harness.advance(899)
  expect(await ask('', copy)).toEqual({ authenticated: false, reason: 'logout' })
  harness.advance(1)
  expect(await ask('', copy)).toEqual({ authenticated: false })
  expect((await copy.post('/bff/token')).json().code).toBe('session_required')
})

test('a session that a new login took the place of says so', async () => {
  await harness.login()
  const copy = copyOf(harness.browser)
  await harness.login()
  expect(await ask('', copy)).toEqual({ authenticated: false, reason: 'replaced' })
  expect((await copy.post('/bff/token')).json()).toMatchObject({
    code: 'session_revoked',
    reason: 'replaced',
  })
  expect(await ask()).toMatchObject({ authenticated: true })
})

/** Writes to session records; a logout also writes down what it has to revoke. */
const sessionWrites = () => store.written.filter(({ key }) => key.startsWith('session:')).length

test('a right sid with a wrong secret leads nowhere and reveals nothing', async () => {
  await harness.login()
  const [sid] = (harness.browser.jar.get(cookieName)?.value ?? '').split('.')
  const forged = (knownSid: string | undefined) => {
    const browser = harness.newBrowser()
    const value = `${knownSid}.${'A'.repeat(64)}`
    browser.jar.set(cookieName, { value, sameSite: 'strict' })
    return browser
  }
  const seen = async (browser: Browser) => {
    const session = await browser.get('/bff/session?resource=orders')
    const token = await browser.post('/bff/token')
    const { correlationId: _id, ...problem } = token.json()
    return [session.status, session.text, session.setCookies, token.status, problem]
  }
  const unknown = await seen(forged('B'.repeat(22)))
  const writes = sessionWrites()
  expect(await seen(forged(sid))).toEqual(unknown)
  expect(await ask()).toMatchObject({ authenticated: true })
  await harness.browser.post('/bff/logout')
  expect(await seen(forged(sid))).toEqual(unknown)
  expect(sessionWrites()).toBe(writes + 1)
})

test('the hint cookie alone has no authority', async () => {
  await harness.login()
  harness.browser.jar.delete(cookieName)
  expect(await ask()).toEqual({ authenticated: false })
  const hint = harness.browser.jar.get(`${cookieName}-hint`)?.value
  const thief = harness.newBrowser()
  thief.jar.set(cookieName, { value: String(hint), sameSite: 'strict' })
  expect(await ask('', thief)).toEqual({ authenticated: false })
})

test('no answer for a session that is over sets a cookie, so none can overwrite that of a newer login', async () => {
  await harness.login()
  const copy = copyOf(harness.browser)
  const cookies = async (browser: Browser) => [
    ...(await browser.get('/bff/session?resource=orders')).setCookies,
    ...(await browser.post('/bff/token')).setCookies,
  ]
  expect(await cookies(copy)).toEqual([])
  harness.advance(601)
  await harness.browser.post('/bff/logout')
  expect(await cookies(copy)).toEqual([])
  harness.advance(3600)
  expect(await cookies(copy)).toEqual([])
})

const outage = () => {
  throw new StoreError('store_unavailable', 'connect ECONNREFUSED 127.0.0.1:6379')
}

for (const [method, path] of [
  ['get', '/bff/session'],
  ['get', '/bff/session?resource=orders'],
  ['post', '/bff/token'],
  ['post', '/bff/logout'],
] as const) {
  test(`B52 without its store the BFF says so and takes no cookie away: ${method} ${path}`, async () => {
    await harness.login()
    const before = [...harness.browser.jar]
    store.before = outage
    const response = await harness.browser[method](path)
    expect([response.status, response.json().code, response.headers['retry-after']]).toEqual([
      503,
      'store_unavailable',
      '5',
    ])
    expect(response.setCookies).toEqual([])
    expect(response.text).not.toContain('6379')
    expect(JSON.stringify(harness.log)).not.toContain('6379')
    store.before = () => {}
    expect([...harness.browser.jar]).toEqual(before)
    expect(await ask('?resource=orders')).toMatchObject({ authenticated: true, token: {} })
  })
}

test('B52 a slide the store does not take for now costs nobody an answer, nor the session', async () => {
  await harness.login()
  harness.advance(120)
  store.before = ({ method }) => (method === 'touch' ? outage() : undefined)
  const before = await ask()
  expect(before).toMatchObject({ authenticated: true, session: { idleExpiresInSeconds: 28_680 } })
  store.before = () => {}
  const after = await ask()
  expect(after).toMatchObject({ authenticated: true, session: { idleExpiresInSeconds: 28_800 } })
})

test('a slide that fails by a fault of ours is not passed over', async () => {
  await harness.login()
  harness.advance(120)
  store.before = ({ method }) => {
    if (method === 'touch') throw new TypeError('a fault')
  }
  for (const response of [
    await harness.browser.get('/bff/session'),
    await harness.browser.post('/bff/token'),
  ]) {
    expect([response.status, response.json().code]).toEqual([500, 'internal_error'])
  }
})

test('B123 a failure nobody foresaw is answered without a word of it and logged without its message', async () => {
  await harness.login()
  store.before = () => {
    throw new TypeError('secret detail at line 7')
  }
  const response = await harness.browser.get('/bff/session')
  expect([response.status, response.json().code]).toEqual([500, 'internal_error'])
  expect(response.text).not.toMatch(/secret|TypeError|line 7/)
  const line = harness.log.find(({ fields }) => fields.code === 'internal_error')
  expect(line?.fields).toMatchObject({
    correlationId: response.json().correlationId,
    failure: ['TypeError'],
  })
  expect(JSON.stringify(line)).not.toContain('secret detail')
})

test('B52 a store that takes no writes for now costs the token, not the session', async () => {
  await harness.login()
  const { access_token: token } = (await harness.browser.post('/bff/token')).json()
  store.before = ({ method }) => {
    if (method !== 'get') throw new StoreError('store_unavailable', 'No memory is left.')
  }
  harness.advance(595)
  expect((await ask('?resource=orders')).token).toMatchObject({
    access_token: token,
    expires_in: 5,
  })
  harness.advance(5)
  const answer = await ask('?resource=orders')
  expect(answer.authenticated).toBe(true)
  expect(answer.tokenProblem).toEqual({
    code: 'store_unavailable',
    retry: 'later',
    retryAfterSeconds: 5,
  })
  store.before = () => {}
  expect((await ask('?resource=orders')).token).toMatchObject({ expires_in: 600 })
})
