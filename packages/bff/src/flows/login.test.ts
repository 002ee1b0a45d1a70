import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BrowserRequest, type BrowserResponse, navigationHeaders } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await createHarness({
    bff: (standard) => ({
      ...standard,
      resources: {
        ...standard.resources,
        billing: {
          mode: 'token',
          audience: 'https://billing.example',
          scope: 'billing:write orders:read',
          request: 'on-demand',
        },
      },
    }),
  })
})
afterAll(() => harness.close())

/** Parameters the provider's authorization endpoint receives when that path is opened. */
const authorizationRequest = async (path = '/bff/login'): Promise<URLSearchParams> =>
  new URL(await harness.startLogin(path, harness.newBrowser())).searchParams

const open = (path: string, request: BrowserRequest = {}): Promise<BrowserResponse> =>
  harness.newBrowser().send(path, { headers: navigationHeaders, ...request })

const expectNothingStarted = (answer: BrowserResponse) => {
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
  expect(answer.location).toBe('')
  expect(answer.setCookies).toEqual([])
}

const times = <T>(count: number, work: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, work))

test('a login leads from the app to the provider and back, with a token for the app', async () => {
  const browser = harness.newBrowser()
  const authorizationUrl = await harness.startLogin('/bff/login?returnTo=/orders%3Fpage=2', browser)
  const callback = await browser.navigate(harness.callbackPath(authorizationUrl), 'cross-site')
  expect(callback.status).toBe(303)
  expect(callback.location).toBe(`${harness.origin}/orders?page=2`)
  const session = await browser.get('/bff/session?resource=orders')
  expect(session.json()).toMatchObject({
    authenticated: true,
    user: { sub: 'alice', name: 'Alice Example' },
    token: { token_type: 'Bearer', resource: 'orders' },
  })
})

test('B01 the code flow is asked for, and the client authenticates when it redeems the code', async () => {
  const parameters = await authorizationRequest()
  expect(parameters.get('response_type')).toBe('code')
  expect(parameters.get('client_id')).toBe(harness.provider.clientId)
  expect(parameters.has('response_mode')).toBe(false)
  await harness.login(harness.newBrowser())
  const request = harness.provider.requests.findLast(({ endpoint }) => endpoint === '/token')
  expect(request?.headers.authorization).toMatch(/^Basic /)
  expect(request?.parameters.get('grant_type')).toBe('authorization_code')
})

test('B02 every login has its own S256 challenge', async () => {
  const logins = await times(100, authorizationRequest)
  const challenges = logins.map((parameters) => parameters.get('code_challenge') ?? '')
  expect(new Set(challenges).size).toBe(100)
  expect(challenges.every((challenge) => /^[\w-]{43}$/.test(challenge))).toBe(true)
  const methods = logins.map((parameters) => parameters.get('code_challenge_method'))
  expect(new Set(methods)).toEqual(new Set(['S256']))
})

test('B02 the verifier goes to the token endpoint and is never seen by the browser', async () => {
  const browser = harness.newBrowser()
  const start = await browser.navigate('/bff/login')
  const cookies = [...browser.jar.values()].map(({ value }) => value)
  const callback = await browser.navigate(harness.callbackPath(start.location), 'cross-site')
  const request = harness.provider.requests.findLast(({ endpoint }) => endpoint === '/token')
  const verifier = request?.parameters.get('code_verifier') ?? ''
  expect(verifier).toMatch(/^[\w.~-]{43,128}$/)
  const challenge = new URL(start.location).searchParams.get('code_challenge')
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(challenge)
  const seen = JSON.stringify([start, callback, cookies])
  expect(seen).not.toContain(verifier)
  const sealed = cookies.map((value) => Buffer.from(value, 'base64url').toString('latin1'))
  expect(sealed.join()).not.toContain(verifier)
})

test('B03 the state is 256 random bits, another one for every login', async () => {
  const logins = await times(100, authorizationRequest)
  const states = logins.map((parameters) => parameters.get('state') ?? '')
  expect(new Set(states).size).toBe(100)
  expect(states.every((state) => Buffer.from(state, 'base64url').length === 32)).toBe(true)
})

test('B04 the nonce is another one for every login and cannot be told from the state', async () => {
  const logins = await times(100, authorizationRequest)
  expect(new Set(logins.map((parameters) => parameters.get('nonce'))).size).toBe(100)
  for (const parameters of logins) {
    const state = parameters.get('state') ?? ''
    const nonce = parameters.get('nonce') ?? ''
    expect(Buffer.from(nonce, 'base64url')).toHaveLength(32)
    const derived = ['sha256', 'sha512'].flatMap((name) => [
      createHash(name).update(state).digest('base64url'),
      createHash(name).update(Buffer.from(state, 'base64url')).digest('base64url'),
    ])
    expect([state, ...derived.map((value) => value.slice(0, 43))]).not.toContain(nonce)
  }
})

test.each([
  { host: 'evil.example' },
  { host: 'evil.example:443' },
  { 'x-forwarded-host': 'evil.example' },
  { 'x-forwarded-proto': 'https' },
  { 'x-forwarded-for': '203.0.113.1', 'x-forwarded-host': 'evil.example, app.example' },
  { forwarded: 'for=1.2.3.4;host=evil.example;proto=https' },
  { 'x-original-host': 'evil.example', 'x-original-url': '/evil', 'x-rewrite-url': '/evil' },
  { origin: 'https://evil.example', referer: 'https://evil.example/' },
] as Record<string, string>[])(
  'B06 B121 the redirect URI is the configured one with the headers %j',
  async (headers) => {
    const answer = await open('/bff/login', { headers: { ...navigationHeaders, ...headers } })
    const parameters = new URL(answer.location).searchParams
    expect(parameters.getAll('redirect_uri')).toEqual([`${harness.origin}/bff/callback`])
    expect(answer.location.startsWith(`${harness.provider.issuer}/authorize?`)).toBe(true)
    expect(answer.setCookies[0]).toMatch(/^__Host-Http-.*; Secure/)
  },
)

test('B06 the code is redeemed with the configured redirect URI, whatever the Host says', async () => {
  const browser = harness.newBrowser()
  const path = harness.callbackPath(await harness.startLogin('/bff/login', browser))
  const cookie = [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const headers = { ...navigationHeaders, host: 'evil.example', cookie }
  const answer = await browser.send(path, { headers })
  expect(answer.location).toBe(`${harness.origin}/`)
  const request = harness.provider.requests.findLast(({ endpoint }) => endpoint === '/token')
  expect(request?.parameters.get('redirect_uri')).toBe(`${harness.origin}/bff/callback`)
})

test('B07 of the query only the listed parameters flow on to the provider', async () => {
  const foreign = {
    scope: 'admin',
    client_id: 'another-client',
    redirect_uri: '//evil.example',
    response_mode: 'form_post',
    response_type: 'token',
    request: 'eyJhbGciOiJub25lIn0..',
    request_uri: 'https://evil.example/request',
    state: 'chosen-by-an-attacker',
    nonce: 'chosen-by-an-attacker',
    code_challenge: 'chosen-by-an-attacker',
    code_challenge_method: 'plain',
    registration: '{}',
    claims: '{"id_token":{"admin":null}}',
    id_token_hint: 'eyJhbGciOiJub25lIn0..',
    audience: 'https://evil.example',
    dpop_jkt: 'a-foreign-jkt',
    login: 'a-foreign-login',
    constructor: 'a-foreign-constructor',
  }
  const parameters = await authorizationRequest(`/bff/login?${new URLSearchParams(foreign)}`)
  expect([...parameters.keys()].sort()).toEqual([
    'client_id',
    'code_challenge',
    'code_challenge_method',
    'nonce',
    'redirect_uri',
    'resource',
    'response_type',
    'scope',
    'state',
  ])
  const values = [...parameters.values()].join(' ')
  expect(Object.values(foreign).filter((value) => values.includes(value))).toEqual([])
})

test('B07 the listed parameters flow on as they were given', async () => {
  const listed = {
    prompt: 'login',
    login_hint: 'alice@example.test',
    acr_values: 'urn:mace:incommon:iap:silver phr',
    max_age: '3600',
    ui_locales: 'de-AT en',
  }
  const parameters = await authorizationRequest(`/bff/login?${new URLSearchParams(listed)}`)
  expect(Object.fromEntries(parameters)).toMatchObject(listed)
})

test.each([
  'max_age=-1',
  'max_age=1.5',
  'max_age=soon',
  'max_age=',
  'max_age=0x10',
  'max_age=99999999999',
  `login_hint=${'a'.repeat(513)}`,
  `ui_locales=${'de+'.repeat(200)}`,
])('B07 a parameter that makes no sense is refused: %s', async (query) => {
  const answer = await open(`/bff/login?${query}`)
  expectNothingStarted(answer)
  expect(answer.json()).toMatchObject({ code: 'invalid_request' })
})

test.each(['returnTo=/a&returnTo=/b', 'prompt=login&prompt=none', 'resource=orders&resource=x'])(
  'B22 a login with a repeated parameter is refused: %s',
  async (query) => {
    const answer = await open(`/bff/login?${query}`)
    expectNothingStarted(answer)
    expect(answer.json()).toMatchObject({ code: 'invalid_request', status: 400 })
  },
)

const refusedReturnTos = [
  'https://evil.example/',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'http://localhost@evil.example/',
  'http://localhost.evil.example/',
  '/%2f/evil.example',
  '/..//evil.example',
  '/a%0d%0aSet-Cookie:%20x=y',
  '/аpp',
  '/bff/logout',
  '/BFF/login?returnTo=/',
  'orders',
  '',
  `/${'a'.repeat(300)}`,
]
test.each(refusedReturnTos)('B11 the returnTo %j is refused', async (returnTo) => {
  const answer = await open(`/bff/login?${new URLSearchParams({ returnTo })}`)
  expectNothingStarted(answer)
  expect(answer.json()).toMatchObject({ code: 'return_to_not_allowed', status: 400 })
  expect(answer.text).not.toContain('evil.example')
})

test.each([
  ['/', '/'],
  ['/orders?a=1&b=//x#top', '/orders?a=1&b=//x#top'],
  ['/#/route', '/#/route'],
  ['/a%20b', '/a%20b'],
])('B11 the returnTo %j is where the login ends', async (returnTo, expected) => {
  const browser = harness.newBrowser()
  const path = `/bff/login?${new URLSearchParams({ returnTo })}`
  const authorizationUrl = await harness.startLogin(path, browser)
  const answer = await browser.navigate(harness.callbackPath(authorizationUrl), 'cross-site')
  expect(answer.location).toBe(harness.origin + expected)
})

test.each([
  ['/orders', '/orders?login_error=login_cancelled'],
  ['/orders?page=2#row', '/orders?page=2&login_error=login_cancelled#row'],
  ['/?login_error=old', '/?login_error=login_cancelled'],
  ['/?a=%26login_error=x', '/?a=%26login_error%3Dx&login_error=login_cancelled'],
])('B11 a login for %j that fails ends at %j', async (returnTo, expected) => {
  const browser = harness.newBrowser()
  const path = `/bff/login?${new URLSearchParams({ returnTo })}`
  const state = new URL(await harness.startLogin(path, browser)).searchParams.get('state') ?? ''
  const refused = { error: 'access_denied', state, iss: harness.provider.issuer }
  const answer = await browser.navigate(`/bff/callback?${new URLSearchParams(refused)}`)
  expect(answer.status).toBe(303)
  expect(answer.location).toBe(harness.origin + expected)
})

test('B12 a third party may start a login at our provider, to a place of the app', async () => {
  const browser = harness.newBrowser()
  const { issuer } = harness.provider
  const initiation = new URLSearchParams({
    iss: issuer,
    target_link_uri: `${harness.origin}/inbox`,
    login_hint: 'bob',
    lti_message_hint: 'unknown',
  })
  const authorizationUrl = await harness.startLogin(`/bff/login?${initiation}`, browser)
  const { searchParams } = new URL(authorizationUrl)
  expect(searchParams.get('login_hint')).toBe('bob')
  expect(searchParams.has('lti_message_hint')).toBe(false)
  const answer = await browser.navigate(harness.callbackPath(authorizationUrl), 'cross-site')
  expect(answer.location).toBe(`${harness.origin}/inbox`)
})

test.each([
  ['https://evil.example', 'issuer_mismatch'],
  ['', 'issuer_mismatch'],
])('B12 a third party that names the issuer %j is refused', async (iss, code) => {
  const answer = await open(`/bff/login?${new URLSearchParams({ iss })}`)
  expectNothingStarted(answer)
  expect(answer.json()).toMatchObject({ code, status: 400 })
})

test('B12 a third party that names the issuer with a slash at the end is refused', async () => {
  const iss = `${harness.provider.issuer}/`
  const answer = await open(`/bff/login?${new URLSearchParams({ iss })}`)
  expectNothingStarted(answer)
})

test('B12 the target of a third party is held to the rules of returnTo', async () => {
  const answers = await Promise.all(
    refusedReturnTos.map((uri) =>
      open(`/bff/login?${new URLSearchParams({ target_link_uri: uri })}`),
    ),
  )
  answers.forEach(expectNothingStarted)
})

test('B13 the login answers 303, and a POST is not taken', async () => {
  expect((await open('/bff/login')).status).toBe(303)
  const posted = await open('/bff/login', { method: 'POST' })
  expect(posted.status).toBe(405)
  expect(posted.headers.allow).toBe('GET')
})

const notNavigations: Readonly<Record<string, Record<string, string>>> = {
  ...Object.fromEntries(
    ['cors', 'no-cors', 'same-origin', 'websocket', 'nested-navigate', 'NAVIGATE', 'x'].map(
      (mode) => [`mode ${mode}`, { 'sec-fetch-mode': mode }],
    ),
  ),
  ...Object.fromEntries(
    [
      'iframe',
      'frame',
      'embed',
      'object',
      'fencedframe',
      'image',
      'script',
      'style',
      'font',
      'audio',
      'video',
      'track',
      'manifest',
      'worker',
      'serviceworker',
      'report',
      'empty',
      'webidentity',
      'Document',
    ].map((dest) => [`destination ${dest}`, { 'sec-fetch-dest': dest }]),
  ),
  'an image': { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
  'a fetch': { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', 'x-csrf': '1' },
  'a frame of another site': { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' },
  'a prefetch': { 'sec-purpose': 'prefetch' },
  'a prerender': { 'sec-purpose': 'prefetch;prerender' },
  'an anonymous prefetch': { 'sec-purpose': 'prefetch;anonymous-client-ip' },
  'a prefetch of old Chrome': { purpose: 'prefetch' },
  'a prefetch of old Firefox': { 'x-moz': 'prefetch' },
  'a preview of Safari': { purpose: 'preview' },
}
test.each(Object.entries(notNavigations))('B14 %s starts no login', async (_name, headers) => {
  const before = harness.provider.requests.length
  const answer = await open('/bff/login', { headers: { ...navigationHeaders, ...headers } })
  expectNothingStarted(answer)
  expect(answer.json()).toMatchObject({ code: 'origin_not_allowed', status: 403 })
  expect(harness.provider.requests).toHaveLength(before)
})

test.each(['HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])(
  'B14 %s starts no login',
  async (method) => {
    const answer = await open('/bff/login', { method })
    expectNothingStarted(answer)
    expect(answer.status).toBe(405)
  },
)

test.each([
  ['of an old browser, which says nothing', {}],
  ['typed in by the user', { ...navigationHeaders, 'sec-fetch-site': 'none' }],
  ['by a link of the app', { ...navigationHeaders, 'sec-fetch-site': 'same-origin' }],
  ['by a link of another site', { ...navigationHeaders, 'sec-fetch-site': 'cross-site' }],
] as [string, Record<string, string>][])(
  'B14 a navigation %s starts one',
  async (_name, headers) => {
    const answer = await open('/bff/login', { headers })
    expect(answer.status).toBe(303)
    expect(answer.setCookies).toHaveLength(1)
  },
)

test('B15 a login is never silent by default', async () => {
  const parameters = await authorizationRequest()
  expect(parameters.has('prompt')).toBe(false)
  expect(parameters.has('id_token_hint')).toBe(false)
})

test('B99 no more is asked for than what is configured', async () => {
  const parameters = await authorizationRequest()
  expect(parameters.get('scope')).toBe('openid profile email offline_access orders:read')
  expect(parameters.getAll('resource')).toEqual(['https://orders.example'])
})

test('B99 a resource on demand is asked for by its own login only, no scope twice', async () => {
  const parameters = await authorizationRequest('/bff/login?resource=billing')
  expect(parameters.get('scope')).toBe(
    'openid profile email offline_access orders:read billing:write',
  )
  expect(parameters.getAll('resource')).toEqual([
    'https://orders.example',
    'https://billing.example',
  ])
})

test.each(['unknown', '', '__proto__', 'constructor'])(
  'B82 a login for the resource %j is refused',
  async (resource) => {
    const answer = await open(`/bff/login?${new URLSearchParams({ resource })}`)
    expectNothingStarted(answer)
    expect(answer.json()).toMatchObject({ code: 'unknown_resource', status: 400 })
  },
)
