import { StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Browser, type BrowserResponse, navigationHeaders } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

let harness: Harness
let recording: RecordingStore

beforeEach(async () => {
  harness = await createHarness({
    store: (now) => {
      recording = createRecordingStore(now)
      return recording
    },
  })
})
afterEach(() => harness.close())

const sessionCookie = '__Host-Http-coatcheck'
const hintCookie = '__Host-Http-coatcheck-hint'
const home = (code: string) => `${harness.origin}/?login_error=${code}`
const writtenSessions = () => recording.written.filter(({ key }) => key.startsWith('session:'))
const jarOf = ({ jar }: Browser) =>
  [...jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
const sidOf = (browser: Browser) => browser.jar.get(hintCookie)?.value ?? ''

/** Query of the callback with a fresh code; the pairs may replace, repeat or leave out any of it. */
const callbackQuery = (authorizationUrl: string) =>
  new URL(harness.callbackPath(authorizationUrl), harness.origin).searchParams

const expectNoLogin = (answer: BrowserResponse, code: string) => {
  expect(answer.status).toBe(303)
  expect(answer.location).toBe(home(code))
  expect(writtenSessions()).toEqual([])
  expect(answer.setCookies.filter((line) => line.startsWith(`${sessionCookie}=`))).toEqual([])
  expect(answer.setCookies.filter((line) => line.startsWith(`${hintCookie}=`))).toEqual([])
}

test('B03 B67 a callback in a browser that started no login ends without a session', async () => {
  const path = harness.callbackPath(await harness.startLogin())
  expectNoLogin(await harness.newBrowser().navigate(path), 'login_transaction_missing')
  expect(harness.provider.count('/token')).toBe(0)
})

test('B03 B67 a callback with the state of another browser ends without a session', async () => {
  const attacker = harness.newBrowser()
  const path = harness.callbackPath(await harness.startLogin('/bff/login', attacker), 'mallory')
  await harness.startLogin()
  const answer = await harness.browser.navigate(path, 'cross-site')
  expectNoLogin(answer, 'login_transaction_missing')
  expect(harness.provider.count('/token')).toBe(0)
})

test('B03 the code of another login cannot be injected into one of ours', async () => {
  const stolen = callbackQuery(await harness.startLogin('/bff/login', harness.newBrowser()))
  const query = callbackQuery(await harness.startLogin())
  query.set('code', stolen.get('code') ?? '')
  expectNoLogin(await harness.browser.navigate(`/bff/callback?${query}`), 'provider_error')
})

test('B03 a client that takes problems only is told with a 400', async () => {
  const path = harness.callbackPath(await harness.startLogin())
  const answer = await harness.browser.send(path, {
    headers: { accept: 'application/problem+json' },
  })
  expect(answer.status).toBe(400)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.json()).toMatchObject({ code: 'login_transaction_missing', retry: 'login' })
})

const states: readonly [string, (state: string) => string | undefined][] = [
  ['missing', () => undefined],
  ['empty', () => ''],
  ['cut to what finds the cookie', (state) => state.slice(0, 12)],
  ['cut by one', (state) => state.slice(0, -1)],
  ['longer by one', (state) => `${state}A`],
  ['right at its beginning only', (state) => state.slice(0, 12) + 'A'.repeat(31)],
  ['in other case', (state) => state.toUpperCase()],
  ['the cookie name', (state) => `__Host-Http-coatcheck-tx-${state}`],
  ['a prototype', () => '__proto__'],
  ['very long', () => 'A'.repeat(4000)],
  ['beyond ASCII', () => 'ü'.repeat(43)],
]
test.each(states)('B03 a state that is %s ends without a session', async (_name, change) => {
  const query = callbackQuery(await harness.startLogin())
  const state = change(query.get('state') ?? '')
  query.delete('state')
  if (state !== undefined) query.set('state', state)
  const answer = await harness.browser.navigate(`/bff/callback?${query}`)
  expectNoLogin(answer, 'login_transaction_missing')
  expect(harness.provider.count('/token')).toBe(0)
})

const notNavigations: readonly [string, string, Record<string, string>][] = [
  ['HEAD', 'HEAD', {}],
  ['a POST of the provider', 'POST', {}],
  ['a preflight', 'OPTIONS', {}],
  ['a fetch', 'GET', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ['an image', 'GET', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ['a frame', 'GET', { 'sec-fetch-dest': 'iframe' }],
  ['an embed', 'GET', { 'sec-fetch-dest': 'embed' }],
  ['a prefetch', 'GET', { 'sec-purpose': 'prefetch' }],
  ['a prerender', 'GET', { 'sec-purpose': 'prefetch;prerender' }],
]
test.each(notNavigations)(
  'B14 %s of the callback uses nothing up',
  async (_name, method, extra) => {
    const path = harness.callbackPath(await harness.startLogin())
    const headers = { ...navigationHeaders, ...extra, cookie: jarOf(harness.browser) }
    const refused = await harness.browser.send(path, { method, headers })
    expect([403, 405]).toContain(refused.status)
    expect(refused.setCookies).toEqual([])
    expect(harness.provider.count('/token')).toBe(0)
    expect((await harness.browser.navigate(path, 'cross-site')).location).toBe(`${harness.origin}/`)
  },
)

const issuers: readonly [string, (issuer: string) => string | undefined][] = [
  ['another', () => 'https://evil.example'],
  ['missing', () => undefined],
  ['empty', () => ''],
  ['with a slash', (issuer) => `${issuer}/`],
  ['in capitals', (issuer) => issuer.toUpperCase()],
  ['with its port left out', (issuer) => issuer.replace(/:\d+$/, '')],
  ['with a path', (issuer) => `${issuer}/a`],
  ['ours behind another', (issuer) => `https://evil.example,${issuer}`],
  ['with a blank', (issuer) => `${issuer} `],
]
test.each(issuers)('B20 an answer whose iss is %s is refused', async (_name, change) => {
  const query = callbackQuery(await harness.startLogin())
  const iss = change(query.get('iss') ?? '')
  query.delete('iss')
  if (iss !== undefined) query.set('iss', iss)
  expectNoLogin(await harness.browser.navigate(`/bff/callback?${query}`), 'issuer_mismatch')
  expect(harness.provider.count('/token')).toBe(0)
})

test.each(issuers)('B20 an error whose iss is %s is refused as such', async (_name, change) => {
  const query = callbackQuery(await harness.startLogin())
  const iss = change(query.get('iss') ?? '')
  const state = query.get('state') ?? ''
  const answer = new URLSearchParams({
    state,
    error: 'access_denied',
    ...(iss !== undefined && { iss }),
  })
  expectNoLogin(await harness.browser.navigate(`/bff/callback?${answer}`), 'issuer_mismatch')
})

test('B20 a provider that does not promise iss may leave it out, and not send another', async () => {
  harness.provider.script.metadata = ({
    authorization_response_iss_parameter_supported: _,
    ...rest
  }) => rest
  const wrong = callbackQuery(await harness.startLogin())
  wrong.set('iss', 'https://evil.example')
  expectNoLogin(await harness.browser.navigate(`/bff/callback?${wrong}`), 'issuer_mismatch')
  const none = callbackQuery(await harness.startLogin())
  none.delete('iss')
  const answer = await harness.browser.navigate(`/bff/callback?${none}`)
  expect(answer.location).toBe(`${harness.origin}/`)
})

test('B21 a transaction started at one provider is none at another', async () => {
  const other = await createHarness()
  const authorizationUrl = await other.startLogin()
  for (const [name, cookie] of other.browser.jar) harness.browser.jar.set(name, cookie)
  const query = new URL(other.callbackPath(authorizationUrl), harness.origin).searchParams
  query.set('iss', harness.provider.issuer)
  const answer = await harness.browser.navigate(`/bff/callback?${query}`)
  expectNoLogin(answer, 'login_transaction_missing')
  expect(harness.provider.count('/token')).toBe(0)
  await other.close()
})

test.each(['code', 'state', 'iss', 'error', 'unknown'])(
  'B22 an answer with %s twice is refused',
  async (name) => {
    const query = callbackQuery(await harness.startLogin())
    const value = query.get(name) ?? 'x'
    if (!query.has(name)) query.append(name, value)
    query.append(name, value)
    const path = `/bff/callback?${query}`
    expectNoLogin(await harness.browser.navigate(path), 'invalid_request')
    const problem = await harness.browser.send(path, {
      headers: { accept: 'application/problem+json' },
    })
    expect(problem.json()).toMatchObject({ code: 'invalid_request', status: 400 })
    expect(harness.provider.count('/token')).toBe(0)
  },
)

test('B22 an answer without a code is refused', async () => {
  const query = callbackQuery(await harness.startLogin())
  query.delete('code')
  expectNoLogin(await harness.browser.navigate(`/bff/callback?${query}`), 'invalid_request')
})

test('B22 parameters nobody knows are ignored', async () => {
  const query = callbackQuery(await harness.startLogin())
  query.set('session_state', 'x')
  query.set('scope', 'admin')
  query.set('returnTo', 'https://evil.example')
  const answer = await harness.browser.navigate(`/bff/callback?${query}`)
  expect(answer.location).toBe(`${harness.origin}/`)
})

test('B23 a reload of the callback redeems nothing and leads back to the app', async () => {
  const path = harness.callbackPath(await harness.startLogin('/bff/login?returnTo=/orders'))
  const first = await harness.browser.navigate(path, 'cross-site')
  expect(first.location).toBe(`${harness.origin}/orders`)
  const sid = sidOf(harness.browser)
  const again = await harness.browser.navigate(path, 'same-origin')
  expect(again.status).toBe(303)
  expect(again.location).toBe(`${harness.origin}/`)
  expect(again.setCookies).toEqual([])
  expect(harness.provider.count('/token')).toBe(1)
  expect(sidOf(harness.browser)).toBe(sid)
  const session = await harness.browser.get('/bff/session')
  expect(session.json()).toMatchObject({ authenticated: true, session: { sid } })
})

test('B23 a login that is submitted once more at the provider is no error either', async () => {
  const authorizationUrl = await harness.startLogin()
  await harness.browser.navigate(harness.callbackPath(authorizationUrl), 'cross-site')
  const sid = sidOf(harness.browser)
  const again = await harness.browser.navigate(harness.callbackPath(authorizationUrl), 'cross-site')
  expect(again.location).toBe(`${harness.origin}/`)
  expect(harness.provider.count('/token')).toBe(1)
  expect(writtenSessions()).toHaveLength(1)
  expect(sidOf(harness.browser)).toBe(sid)
})

test('B23 a reload after the logout says that there is no login in progress', async () => {
  const path = harness.callbackPath(await harness.startLogin())
  await harness.browser.navigate(path, 'cross-site')
  await harness.browser.post('/bff/logout')
  const again = await harness.browser.navigate(path, 'same-origin')
  expect(again.location).toBe(home('login_transaction_missing'))
  expect(harness.provider.count('/token', 'authorization_code')).toBe(1)
})

test('B23 a hint of a session that is over hides no error', async () => {
  const path = harness.callbackPath(await harness.startLogin())
  await harness.browser.navigate(path, 'cross-site')
  harness.advance(15 * 24 * 3600)
  const again = await harness.browser.navigate(path, 'same-origin')
  expect(again.location).toBe(home('login_transaction_missing'))
})

test('B23 a state used many times at once is redeemed once', async () => {
  const path = harness.callbackPath(await harness.startLogin('/bff/login?returnTo=/orders'))
  const headers = { ...navigationHeaders, cookie: jarOf(harness.browser) }
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => harness.browser.send(path, { headers })),
  )
  const locations = answers.map(({ location }) => location).sort()
  const lost = `${harness.origin}/orders?login_error=login_transaction_missing`
  expect(locations).toEqual([`${harness.origin}/orders`, ...Array(9).fill(lost)])
  expect(harness.provider.count('/token')).toBe(1)
  expect(writtenSessions()).toHaveLength(1)
})

test('B23 a state is used up by an answer that is refused', async () => {
  const query = callbackQuery(await harness.startLogin())
  const cookie = jarOf(harness.browser)
  const send = () =>
    harness.browser.send(`/bff/callback?${query}`, { headers: { ...navigationHeaders, cookie } })
  const { code, iss } = Object.fromEntries(query)
  query.set('iss', 'https://evil.example')
  expectNoLogin(await send(), 'issuer_mismatch')
  query.set('iss', iss ?? '')
  query.set('code', code ?? '')
  expectNoLogin(await send(), 'login_transaction_missing')
  expect(harness.provider.count('/token')).toBe(0)
})

const providerErrors: readonly [string, string][] = [
  ['access_denied', 'login_cancelled'],
  ['login_required', 'interaction_required'],
  ['interaction_required', 'interaction_required'],
  ['consent_required', 'interaction_required'],
  ['account_selection_required', 'interaction_required'],
  ['temporarily_unavailable', 'provider_unavailable'],
  ['server_error', 'provider_unavailable'],
  ['invalid_request', 'provider_error'],
  ['invalid_scope', 'provider_error'],
  ['unauthorized_client', 'provider_rejected_client'],
  ['unsupported_response_type', 'provider_error'],
  ['something_of_its_own', 'provider_error'],
  ['', 'provider_error'],
  ['<script>alert(1)</script>', 'provider_error'],
  ['x\r\nSet-Cookie: a=b', 'provider_error'],
  ['__proto__', 'provider_error'],
]
test.each(providerErrors)('B24 the error %j reaches the app as %s', async (error, code) => {
  const state = callbackQuery(await harness.startLogin()).get('state') ?? ''
  const query = new URLSearchParams({
    error,
    error_description: '<script>alert("described")</script>',
    error_uri: 'https://evil.example/described',
    state,
    iss: harness.provider.issuer,
  })
  const answer = await harness.browser.navigate(`/bff/callback?${query}`, 'cross-site')
  expectNoLogin(answer, code)
  const said = JSON.stringify([answer.headers, answer.text, harness.log])
  expect(said).not.toMatch(/script|described|evil|a=b/)
  expect(harness.provider.count('/token')).toBe(0)
})

test('B24 an error beside a code is an error', async () => {
  const query = callbackQuery(await harness.startLogin())
  query.set('error', 'access_denied')
  expectNoLogin(await harness.browser.navigate(`/bff/callback?${query}`), 'login_cancelled')
  expect(harness.provider.count('/token')).toBe(0)
})

test('B24 an error without a login in progress is no more than that', async () => {
  const answer = await harness.browser.navigate('/bff/callback?error=x&error_description=<b>')
  expectNoLogin(answer, 'login_transaction_missing')
})

test.each(['good', 'refused'])(
  'B25 B48 the callback shows nothing: a login that is %s',
  async (kind) => {
    const path = harness.callbackPath(await harness.startLogin())
    const browser = kind === 'good' ? harness.browser : harness.newBrowser()
    const answer = await browser.navigate(path, 'cross-site')
    expect(answer.status).toBe(303)
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
    })
    const { code = 'x', state = 'x' } = Object.fromEntries(
      new URL(path, harness.origin).searchParams,
    )
    const said = answer.location + answer.text
    expect(said).not.toContain(code)
    expect(said).not.toContain(state)
    expect(answer.text).not.toMatch(/<script|<img|<link|<iframe/i)
  },
)

/** A provider on the same site brings the Strict cookie along, one on another site does not. */
const sites = ['cross-site', 'same-origin'] as const

const loginFrom = async (site: (typeof sites)[number], subject: string) => {
  const path = harness.callbackPath(await harness.startLogin(), subject)
  return harness.browser.navigate(path, site)
}

test.each(sites)(
  'B26 a login over a login gets a new id and ends the old one: %s',
  async (site) => {
    await loginFrom(site, 'alice')
    const before = { sid: sidOf(harness.browser), cookie: jarOf(harness.browser) }
    expect((await loginFrom(site, 'bob')).location).toBe(`${harness.origin}/`)
    const sid = sidOf(harness.browser)
    expect(sid).not.toBe(before.sid)
    const session = await harness.browser.get('/bff/session')
    expect(session.json()).toMatchObject({ user: { sub: 'bob' }, session: { sid } })
    const old = await harness.browser.send('/bff/session', {
      headers: { 'x-csrf': '1', 'sec-fetch-site': 'same-origin', cookie: before.cookie },
    })
    expect(old.json()).toEqual({ authenticated: false, reason: 'replaced' })
  },
)

test('B26 of five tabs that log in one after the other one session is left', async () => {
  const urls: string[] = []
  for (let tab = 0; tab < 5; tab += 1) urls.push(await harness.startLogin())
  const cookies: string[] = []
  for (const url of urls.reverse()) {
    await harness.browser.navigate(harness.callbackPath(url), 'cross-site')
    cookies.push(jarOf(harness.browser))
  }
  const alive = await Promise.all(
    cookies.map(async (cookie) => {
      const headers = { 'x-csrf': '1', 'sec-fetch-site': 'same-origin', cookie }
      return (await harness.browser.send('/bff/session', { headers })).json().authenticated
    }),
  )
  expect(alive).toEqual([false, false, false, false, true])
})

test('B26 a login that fails leaves the session that was there', async () => {
  await harness.login()
  const sid = sidOf(harness.browser)
  harness.provider.script.idToken = (claims) => ({ ...claims, nonce: 'another' })
  expect((await harness.login()).location).toBe(home('id_token_invalid'))
  const session = await harness.browser.get('/bff/session')
  expect(session.json()).toMatchObject({ authenticated: true, session: { sid } })
})

const planted = `${'P'.repeat(22)}.${'Q'.repeat(64)}`
test.each([
  ['a made-up session', { [sessionCookie]: planted }],
  ['a made-up session and its hint', { [sessionCookie]: planted, [hintCookie]: 'P'.repeat(22) }],
  ['a made-up hint', { [hintCookie]: 'P'.repeat(22) }],
  ['a prototype as hint', { [hintCookie]: '__proto__' }],
  ['an empty session', { [sessionCookie]: '', [hintCookie]: '' }],
])('B26 B27 %s is not adopted', async (_name, cookies) => {
  for (const [name, value] of Object.entries(cookies)) {
    harness.browser.jar.set(name, { value, sameSite: 'lax' })
  }
  expect((await harness.browser.get('/bff/session')).json()).toEqual({ authenticated: false })
  expect((await harness.login()).location).toBe(`${harness.origin}/`)
  const value = harness.browser.jar.get(sessionCookie)?.value ?? ''
  expect(value).toMatch(/^[\w-]{22}\.[\w-]{64}$/)
  expect(value).not.toContain('PPPP')
  expect(value).not.toContain('QQQQ')
  expect(writtenSessions().map(({ key }) => key)).toEqual([`session:${value.slice(0, 22)}`])
})

test.each(sites)('B26 an id of an attacker does not become the victim’s: %s', async (site) => {
  const attacker = harness.newBrowser()
  await harness.login(attacker, 'mallory')
  for (const [name, cookie] of attacker.jar) harness.browser.jar.set(name, cookie)
  await loginFrom(site, 'alice')
  expect(sidOf(harness.browser)).not.toBe(sidOf(attacker))
  expect((await attacker.get('/bff/session')).json()).toMatchObject({ authenticated: false })
  const session = await harness.browser.get('/bff/session')
  expect(session.json()).toMatchObject({ user: { sub: 'alice' } })
})

test('B28 when the nonce is wrong nothing the provider sent is stored or used', async () => {
  const { provider } = harness
  provider.script.idToken = (claims) => ({ ...claims, nonce: 'another' })
  expectNoLogin(await harness.login(), 'id_token_invalid')
  const stored = JSON.stringify(recording.written)
  expect([...provider.issued].filter((secret) => stored.includes(secret))).toEqual([])
  expect(recording.written.map(({ key }) => key.split(':')[0])).toEqual(['state'])
  const asked = new Set(provider.requests.map(({ endpoint }) => endpoint))
  expect([...asked].sort()).toEqual(['/.well-known/openid-configuration', '/token'])
})

const seconds = () => Math.floor(harness.now() / 1000)
test.each([
  ['is too old', () => seconds() - 120],
  ['is missing', () => undefined],
  ['is no number', () => 'now'],
])('B32 with max_age a login whose auth_time %s is refused', async (_name, authTime) => {
  harness.provider.script.idToken = (claims) => ({ ...claims, auth_time: authTime() })
  const path = harness.callbackPath(await harness.startLogin('/bff/login?max_age=60'))
  expectNoLogin(await harness.browser.navigate(path), 'id_token_invalid')
})

test('B32 with max_age a fresh login is accepted', async () => {
  harness.provider.script.idToken = (claims) => ({ ...claims, auth_time: seconds() - 30 })
  const path = harness.callbackPath(await harness.startLogin('/bff/login?max_age=60'))
  expect((await harness.browser.navigate(path)).location).toBe(`${harness.origin}/`)
})

test('B32 with max_age=0 the user has just logged in', async () => {
  harness.provider.script.idToken = (claims) => ({ ...claims, auth_time: seconds() - 30 })
  const path = harness.callbackPath(await harness.startLogin('/bff/login?max_age=0'))
  expectNoLogin(await harness.browser.navigate(path), 'id_token_invalid')
})

test.each(['mac', 'DPoP', 'N_A', '', ' bearer', 7, null, undefined])(
  'B36 the token type %j is refused',
  async (tokenType) => {
    harness.provider.script.token = async (_request, standard) => ({
      body: { ...(await standard()), token_type: tokenType },
    })
    expectNoLogin(await harness.login(), 'id_token_invalid')
  },
)

test.each(['Bearer', 'bearer', 'BEARER'])(
  'B36 the token type %j is accepted',
  async (tokenType) => {
    harness.provider.script.token = async (_request, standard) => ({
      body: { ...(await standard()), token_type: tokenType },
    })
    expect((await harness.login()).location).toBe(`${harness.origin}/`)
  },
)

const outage = () => new StoreError('store_unavailable', 'The store is down.')

test.each([
  ['before the code is redeemed', 'state:', 0],
  ['when the session is written', 'session:', 1],
] as const)('B52 a store that fails %s is reported to the app', async (_name, key, redeemed) => {
  recording.before = (call) => {
    if (call.method === 'put' && call.key.startsWith(key)) throw outage()
  }
  const answer = await harness.login()
  expect(answer.location).toBe(home('store_unavailable'))
  expect(answer.setCookies.filter((line) => line.startsWith(`${sessionCookie}=`))).toEqual([])
  expect(harness.provider.count('/token')).toBe(redeemed)
  await harness.bff.close()
  expect(harness.provider.count('/revoke')).toBe(redeemed)
  recording.before = () => {}
  expect((await harness.login()).location).toBe(`${harness.origin}/`)
})

test('B52 a login whose record was stored and the answer lost leaves no session', async () => {
  recording.after = (call) => {
    if (call.method !== 'put' || !call.key.startsWith('session:')) return
    recording.after = () => {}
    throw outage()
  }
  expect((await harness.login()).location).toBe(home('store_unavailable'))
  await harness.bff.close()
  const { key = '' } = writtenSessions()[0] ?? {}
  expect((await recording.get(key))?.value).toContain('"ended":{"reason":"revoked"')
  expect(harness.provider.count('/revoke')).toBeGreaterThanOrEqual(1)
})

test.each([
  ['its session is announced to other tabs', 'put', 'login:'],
  ['it is asked whether all sessions ended meanwhile', 'get', 'overtaken:'],
  ['it is asked whether the provider ended it meanwhile', 'get', 'provider-logout:'],
] as const)('B52 a login that fails when %s leaves no session', async (_name, method, key) => {
  recording.before = (call) => {
    if (call.method === method && call.key.startsWith(key)) throw outage()
  }
  const answer = await harness.login()
  recording.before = () => {}
  expect(answer.location).toBe(home('store_unavailable'))
  expect(answer.setCookies.filter((line) => line.startsWith(sessionCookie))).toEqual([
    expect.stringMatching(/-tx-.*Max-Age=0/),
  ])
  const { key: record = '' } = recording.calls.find((call) => call.key.startsWith('session:')) ?? {}
  expect((await recording.get(record))?.value).toContain('"ended":{"reason":"revoked"')
  await harness.bff.close()
  expect(harness.provider.count('/revoke')).toBe(1)
})

test('B34 the ID token alone says who logs in: UserInfo is never asked', async () => {
  const userInfo = `${harness.provider.issuer}/userinfo`
  harness.provider.script.metadata = (standard) => ({ ...standard, userinfo_endpoint: userInfo })
  await harness.login()
  harness.advance(601)
  const session = (await harness.browser.get('/bff/session?resource=orders')).json()
  expect(session).toMatchObject({ authenticated: true, user: { sub: 'alice' } })
  expect(harness.provider.count('/userinfo')).toBe(0)
  expect(harness.provider.count('/token')).toBe(2)
})
