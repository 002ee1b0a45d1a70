import { StoreError } from '@coatcheck/store'
import { parseSetCookie } from 'cookie'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBff } from '../create-bff.ts'
import { defaults } from '../defaults.ts'
import type { BffOptions } from '../options.ts'
import {
  type Browser,
  type BrowserRequest,
  fetchHeaders,
  navigationHeaders,
} from '../testing/browser.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore } from '../testing/recording-store.ts'
import { startSecondProcess } from '../testing/second-process.ts'

const cookieName = '__Host-Http-coatcheck'

let harness: Harness
let options: BffOptions

const start = async (change: (standard: BffOptions) => BffOptions = (standard) => standard) => {
  harness = await createHarness({
    bff: (standard) => {
      options = change(standard)
      return options
    },
  })
  await harness.login()
}

beforeEach(() => start())
afterEach(() => harness.close())

const copyOf = (browser: Browser): Browser => {
  const copy = harness.newBrowser()
  for (const [name, cookie] of browser.jar) copy.jar.set(name, cookie)
  return copy
}

const isLoggedIn = async (browser = harness.browser) =>
  (await browser.get('/bff/session')).json().authenticated

const revoked = () =>
  harness.provider.requests
    .filter(({ endpoint }) => endpoint === '/revoke')
    .map(({ parameters }) => parameters.get('token') ?? '')

const logoutUrl = async (body?: Record<string, unknown>) => {
  const answer = (await harness.browser.post('/bff/logout', body)).json()
  return new URL(String(answer.logoutUrl)).searchParams
}

test('B100 a logout ends the session on the server and deletes the cookies as they were set', async () => {
  const set = (await harness.login()).setCookies.map((line) => parseSetCookie(line))
  const copy = copyOf(harness.browser)
  const response = await harness.browser.post('/bff/logout')
  expect(response.status).toBe(200)
  expect(harness.browser.jar.size).toBe(0)
  for (const line of response.setCookies) {
    const deleted = parseSetCookie(line)
    const original = set.find(({ name, value }) => name === deleted.name && value !== '')
    const { value, maxAge, expires, ...attributes } = deleted
    const { value: _value, maxAge: _maxAge, ...expected } = original ?? { name: 'none' }
    expect(attributes).toEqual(expected)
    expect(value).toBe('')
    expect(maxAge === 0 || (expires?.getTime() ?? 1) <= 0).toBe(true)
  }
  expect(response.setCookies.length).toBe(2)
  expect(await isLoggedIn(copy)).toBe(false)
})

test('B100 the old cookie is worth nothing at any process', async () => {
  const other = await startSecondProcess(options)
  const copy = copyOf(harness.browser)
  expect((await other.post(copy, '/bff/token')).status).toBe(200)
  await harness.browser.post('/bff/logout')
  const after = await other.post(copy, '/bff/token')
  await other.close()
  expect([after.status, after.json().code]).toEqual([401, 'session_revoked'])
})

test('B100 a second logout succeeds and changes nothing', async () => {
  const copy = copyOf(harness.browser)
  await harness.browser.post('/bff/logout')
  for (const browser of [harness.browser, copy, harness.newBrowser()]) {
    const response = await browser.post('/bff/logout')
    expect([response.status, response.json()]).toEqual([200, {}])
  }
  await harness.bff.close()
  expect(revoked().length).toBe(1)
})

test('B100 a login after a logout works, and the logout of one browser leaves others alone', async () => {
  const other = harness.newBrowser()
  await harness.login(other)
  await harness.browser.post('/bff/logout')
  expect(await isLoggedIn(other)).toBe(true)
  await harness.login()
  expect(await isLoggedIn()).toBe(true)
})

test('B100 a right sid with a wrong secret ends nobody’s session', async () => {
  const [sid] = (harness.browser.jar.get(cookieName)?.value ?? '').split('.')
  const thief = harness.newBrowser()
  thief.jar.set(cookieName, { value: `${sid}.${'A'.repeat(64)}`, sameSite: 'strict' })
  thief.jar.set(`${cookieName}-hint`, { value: String(sid), sameSite: 'lax' })
  const response = await thief.post('/bff/logout')
  expect([response.status, response.json()]).toEqual([200, {}])
  expect(await isLoggedIn()).toBe(true)
  await harness.bff.close()
  expect(revoked()).toEqual([])
})

test('B101 the refresh token is revoked at the provider by an authenticated client', async () => {
  await harness.browser.post('/bff/logout')
  await harness.bff.close()
  const [refreshToken] = [...harness.provider.issued].filter((value) => value.startsWith('refresh'))
  expect(revoked()).toEqual([refreshToken])
  const request = harness.provider.requests.find(({ endpoint }) => endpoint === '/revoke')
  expect(request?.headers.authorization).toMatch(/^Basic /)
  expect(request?.parameters.get('token_type_hint')).toBe('refresh_token')
})

test('B101 a provider that does not answer neither delays nor prevents the logout', async () => {
  const gate = createGate()
  harness.provider.script.revoke = async () => {
    await gate.pass()
    return { status: 503, body: '' }
  }
  const copy = copyOf(harness.browser)
  const response = await harness.browser.post('/bff/logout')
  expect(response.status).toBe(200)
  expect(await isLoggedIn(copy)).toBe(false)
  await gate.reached
  gate.open()
  await harness.bff.close()
  const line = harness.log.find(({ fields }) => fields.event === 'provider.revocation_failed')
  expect(line?.level).toBe('warn')
})

test('B101 the session is over before the provider hears of it', async () => {
  const copy = copyOf(harness.browser)
  let wasLoggedIn: unknown
  harness.provider.script.revoke = async () => {
    wasLoggedIn = await isLoggedIn(copy)
    return undefined
  }
  await harness.browser.post('/bff/logout')
  await harness.bff.close()
  expect(wasLoggedIn).toBe(false)
})

test('B101 a renewal that is under way is not taken for the revocation, whatever its resource', async () => {
  await harness.close()
  await start((standard) => ({
    ...standard,
    resources: { revoke: { mode: 'token', scope: 'orders:read' } },
  }))
  harness.advance(601)
  const gate = createGate()
  harness.provider.script.token = async () => {
    await gate.pass()
    return { status: 503, body: '' }
  }
  const renewal = copyOf(harness.browser).post('/bff/token')
  await gate.reached
  await harness.browser.post('/bff/logout')
  gate.open()
  await renewal
  await harness.bff.close()
  expect(revoked().length).toBe(1)
})

test('B103 the provider’s logout is asked for with client, registered address and sealed state', async () => {
  const parameters = await logoutUrl({ returnTo: '/bye?x=1#top' })
  expect([...parameters.keys()].sort()).toEqual(['client_id', 'post_logout_redirect_uri', 'state'])
  expect(parameters.get('client_id')).toBe(harness.provider.clientId)
  expect(parameters.get('post_logout_redirect_uri')).toBe(`${harness.origin}/bff/logout/callback`)
  expect(parameters.get('state')).not.toContain('bye')
  expect(Buffer.from(parameters.get('state') ?? '', 'base64url').toString()).not.toContain('bye')
})

test('B103 the ID token goes along only where it was configured', async () => {
  expect((await logoutUrl()).has('id_token_hint')).toBe(false)
  await harness.close()
  await start((standard) => ({
    ...standard,
    provider: { ...standard.provider, idTokenHint: 'send' },
  }))
  const idToken = [...harness.provider.issued].find((value) => value.startsWith('eyJ'))
  expect((await logoutUrl()).get('id_token_hint')).toBe(idToken)
})

test('B103 the hint is the newest ID token the provider issued', async () => {
  await harness.close()
  await start((standard) => ({
    ...standard,
    provider: { ...standard.provider, idTokenHint: 'send' },
  }))
  harness.advance(601)
  await harness.browser.post('/bff/token')
  const idToken = [...harness.provider.issued].filter((value) => value.startsWith('eyJ')).at(-1)
  expect((await logoutUrl()).get('id_token_hint')).toBe(idToken)
})

/** A process that is started, looks once for what is left to do, and is stopped in good order. */
const runAnotherProcess = async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const other = await startSecondProcess(options)
  vi.advanceTimersByTime(defaults.revocationPollMs)
  vi.useRealTimers()
  await other.close()
}

test('B101 the revocation is written down before the answer, a renewal under way or not', async () => {
  harness.advance(601)
  const gate = createGate()
  harness.provider.script.token = async () => {
    await gate.pass()
    return { status: 503, body: '' }
  }
  const renewal = copyOf(harness.browser).post('/bff/token')
  await gate.reached
  await harness.browser.post('/bff/logout')
  // As if the process were killed at this instant.
  harness.advance(30)
  await runAnotherProcess()
  expect(revoked().length).toBe(1)
  gate.open()
  await renewal
})

test('B101 a revocation that failed is made up for by a process that starts later', async () => {
  harness.provider.script.revoke = () => ({ status: 503, body: '' })
  expect((await harness.browser.post('/bff/logout')).status).toBe(200)
  await harness.bff.close()
  expect(revoked().length).toBe(1)
  delete harness.provider.script.revoke
  harness.advance(30)
  await runAnotherProcess()
  const [refreshToken] = [...harness.provider.issued].filter((value) => value.startsWith('refresh'))
  expect(revoked()).toEqual([refreshToken, refreshToken])
  await runAnotherProcess()
  expect(revoked().length).toBe(2)
})

const https = (standard: BffOptions): BffOptions => ({
  ...standard,
  publicUrl: 'https://app.example',
})

/** A logout over https, as the process behind the proxy sees it. */
const logoutOverHttps = async (change: (standard: BffOptions) => BffOptions) => {
  await harness.close()
  harness = await createHarness({ bff: (standard) => change(https(standard)) })
  return harness.browser.send('/bff/logout', {
    method: 'POST',
    headers: fetchHeaders('https://app.example'),
  })
}

test('B104 Clear-Site-Data is sent where it was asked for', async () => {
  const response = await logoutOverHttps((standard) => ({
    ...standard,
    logout: { clearSiteData: ['cache', 'storage'] },
  }))
  expect([response.status, response.headers['clear-site-data']]).toEqual([
    200,
    '"cache", "storage"',
  ])
})

test('B104 without the option nothing of the app’s own is deleted', async () => {
  const response = await logoutOverHttps((standard) => standard)
  expect([response.status, response.headers['clear-site-data']]).toEqual([200, undefined])
})

test('B104 over http the header would do nothing and is not sent', async () => {
  await harness.close()
  await start((standard) => ({ ...standard, logout: { clearSiteData: ['storage'] } }))
  const response = await harness.browser.post('/bff/logout')
  expect([response.status, response.headers['clear-site-data']]).toEqual([200, undefined])
})

test('B104 a logout of other devices leaves this browser’s data alone', async () => {
  await harness.close()
  harness = await createHarness({
    bff: (standard) => ({ ...https(standard), logout: { clearSiteData: ['storage'] } }),
  })
  const response = await harness.browser.send('/bff/logout', {
    method: 'POST',
    headers: { ...fetchHeaders('https://app.example'), 'content-type': 'application/json' },
    body: '{"scope":"others"}',
  })
  expect([response.status, response.headers['clear-site-data']]).toEqual([401, undefined])
})

test.each([['everything'], 'storage', [1]])(
  'B104 what no browser knows is refused at the start: %j',
  (clearSiteData) => {
    const wrong = { ...options, logout: { clearSiteData } } as unknown as BffOptions
    expect(() => createBff(wrong)).toThrowError(/logout\.clearSiteData/)
  },
)

test('B103 with provider keep only the local session ends', async () => {
  const response = await harness.browser.post('/bff/logout', { provider: 'keep' })
  expect(response.json()).toEqual({})
  await harness.bff.close()
  expect(revoked().length).toBe(1)
})

test('B103 a provider without a logout of its own has no address to go to', async () => {
  await harness.close()
  harness = await createHarness()
  harness.provider.script.metadata = ({ end_session_endpoint: _none, ...metadata }) => metadata
  await harness.login()
  expect((await harness.browser.post('/bff/logout')).json()).toEqual({})
})

const refusedTargets = [
  'https://evil.test/',
  '//evil.test',
  '/\\evil.test',
  'javascript:alert(1)',
  '/bff/login',
  '/%2f%2fevil.test',
  '',
]

test.each(refusedTargets)(
  'B103 a logout to another place than the app is refused before anything ends: "%s"',
  async (returnTo) => {
    const response = await harness.browser.post('/bff/logout', { returnTo })
    expect([response.status, response.json().code]).toEqual([400, 'return_to_not_allowed'])
    expect(response.setCookies).toEqual([])
    expect(await isLoggedIn()).toBe(true)
  },
)

test.each([{ scope: 'Global' }, { scope: 'everything' }, { provider: 'maybe' }, { all: true }])(
  'a logout that asks for something unknown ends nothing: %j',
  async (body) => {
    const response = await harness.browser.post('/bff/logout', body)
    expect([response.status, response.json().code]).toEqual([400, 'invalid_request'])
    expect(await isLoggedIn()).toBe(true)
  },
)

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }
const image = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
const toTop = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

const forgeries: readonly (readonly [string, BrowserRequest])[] = [
  ['<img src>', { headers: { ...image, 'sec-fetch-site': 'cross-site' } }],
  ['<img src> of our own page', { headers: { ...image, 'sec-fetch-site': 'same-origin' } }],
  ['a link', { headers: { ...navigationHeaders, 'sec-fetch-site': 'cross-site' } }],
  ['the address bar', { headers: navigationHeaders }],
  [
    'a frame',
    { headers: { ...crossSite, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' } },
  ],
  ['a prefetch', { headers: { ...navigationHeaders, 'sec-purpose': 'prefetch' } }],
  ['a form of another site', { method: 'POST', headers: { ...crossSite, ...toTop, ...form } }],
  [
    'a form of our own site',
    {
      method: 'POST',
      headers: {
        ...form,
        ...toTop,
        'sec-fetch-site': 'same-origin',
      },
    },
  ],
  [
    'a form that smuggles JSON',
    {
      method: 'POST',
      headers: { ...crossSite, ...toTop, 'content-type': 'text/plain' },
      body: '{"scope":"local","x":"="}',
    },
  ],
  [
    'a beacon',
    {
      method: 'POST',
      headers: { ...crossSite, 'sec-fetch-mode': 'no-cors', 'content-type': 'text/plain' },
    },
  ],
  [
    'a fetch without CORS',
    { method: 'POST', headers: { ...crossSite, 'sec-fetch-mode': 'no-cors', ...form } },
  ],
  [
    'a fetch that was let through a preflight',
    { method: 'POST', headers: { ...crossSite, 'sec-fetch-mode': 'cors', 'x-csrf': '1' } },
  ],
  [
    'a fetch of a sibling',
    {
      method: 'POST',
      headers: {
        'sec-fetch-site': 'same-site',
        'sec-fetch-mode': 'cors',
        origin: 'http://sibling.localhost',
        'x-csrf': '1',
      },
    },
  ],
  ['a browser that says nothing', { method: 'POST' }],
  ['a browser that says nothing but the header', { method: 'POST', headers: { 'x-csrf': '1' } }],
  ['a header in the query', { method: 'POST', headers: form, body: 'x-csrf=1' }],
  ['an overridden method', { headers: { 'x-http-method-override': 'POST', 'x-csrf': '1' } }],
]

for (const [name, request] of forgeries) {
  test(`B66 nobody is logged out by ${name}`, async () => {
    const cookie = [...harness.browser.jar].map(([key, { value }]) => `${key}=${value}`).join('; ')
    const response = await harness.browser.send('/bff/logout', {
      ...request,
      headers: { cookie, ...request.headers },
    })
    expect([403, 405]).toContain(response.status)
    expect(response.setCookies).toEqual([])
    expect(await isLoggedIn()).toBe(true)
    expect(revoked()).toEqual([])
  })
}

test('B100 a store that fails in the middle of ending all sessions leaves the right to ask again', async () => {
  await harness.close()
  const store = createRecordingStore(() => harness.now())
  await start((standard) => ({ ...standard, store }))
  const other = harness.newBrowser()
  await harness.login(other)
  const [otherSid] = (other.jar.get(cookieName)?.value ?? '').split('.')
  const isSwap = createGate()
  store.before = ({ method, key }) => {
    if (method !== 'swap' || key !== `session:${otherSid}`) return
    void isSwap.pass()
    throw new StoreError('store_unavailable', 'The connection is gone.')
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const failing = harness.browser.post('/bff/logout', { scope: 'global' })
  await isSwap.reached
  await vi.advanceTimersByTimeAsync(defaults.endWaitMs)
  expect((await failing).status).toBe(503)
  expect(await isLoggedIn()).toBe(true)
  store.before = () => {}
  await vi.advanceTimersByTimeAsync(defaults.storeRetryMs.pause)
  vi.useRealTimers()
  expect((await harness.browser.post('/bff/logout', { scope: 'global' })).status).toBe(200)
  expect([await isLoggedIn(), await isLoggedIn(other)]).toEqual([false, false])
  await harness.bff.close()
  expect(revoked().length).toBe(2)
})
