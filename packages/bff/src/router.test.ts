import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BrowserRequest, fetchHeaders, navigationHeaders } from './testing/browser.ts'
import { createHarness, type Harness } from './testing/harness.ts'
import { createRecordingStore, type RecordingStore } from './testing/recording-store.ts'

let harness: Harness
let store: RecordingStore

beforeAll(async () => {
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  await harness.login()
})
afterAll(() => harness.close())

const cookie = () =>
  [...harness.browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')

/** Nothing was read or written, nobody was asked, no cookie was set. */
const expectNothingDone = async (path: string, request: BrowserRequest) => {
  const before = [harness.provider.requests.length, store.calls.length]
  const response = await harness.browser.send(path, {
    ...request,
    headers: { cookie: cookie(), ...request.headers },
  })
  expect(response.setCookies).toEqual([])
  expect([harness.provider.requests.length, store.calls.length]).toEqual(before)
  return response
}

const routes = [
  { path: '/bff/login', allowed: 'GET' },
  { path: '/bff/callback?code=a&state=b', allowed: 'GET' },
  { path: '/bff/logout/callback', allowed: 'GET' },
  { path: '/bff/session', allowed: 'GET' },
  { path: '/bff/token', allowed: 'POST' },
  { path: '/bff/logout', allowed: 'POST' },
  { path: '/bff/backchannel-logout', allowed: 'POST' },
  { path: '/bff/sessions', allowed: 'GET' },
  { path: `/bff/sessions/${'A'.repeat(22)}`, allowed: 'DELETE' },
  { path: '/bff/events', allowed: 'GET' },
  { path: '/bff/popup', allowed: 'GET' },
]
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'TRACE']

for (const { path, allowed } of routes) {
  for (const method of methods.filter((candidate) => candidate !== allowed)) {
    test(`B65 ${method} ${path} is refused before anything is read`, async () => {
      const headers = fetchHeaders(harness.origin)
      const response = await expectNothingDone(path, { method, headers })
      expect(response.status).toBe(405)
      expect(response.headers.allow).toBe(allowed)
    })
  }
}

const overrides: readonly (readonly [string, BrowserRequest & { readonly path: string }])[] = [
  ...['x-http-method-override', 'x-http-method', 'x-method-override'].map(
    (header) => [header, { path: '/bff/logout', headers: { [header]: 'POST' } }] as const,
  ),
  ['_method in the query', { path: '/bff/logout?_method=POST' }],
  ['method in the query', { path: '/bff/logout?method=post' }],
  [
    '_method in a form',
    {
      path: '/bff/session',
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '_method=GET',
    },
  ],
]

for (const [name, { path, ...request }] of overrides) {
  test(`B65 a method is not overridden by ${name}`, async () => {
    const headers = { ...fetchHeaders(harness.origin), ...request.headers }
    const response = await expectNothingDone(path, { ...request, headers })
    expect(response.status).toBe(405)
  })
}

const origins = ['ours', 'https://evil.test', 'null', 'https://sub.localhost'] as const

for (const { path, allowed } of routes) {
  for (const origin of origins) {
    test(`B64 a preflight from ${origin} to ${path} is answered with no permission`, async () => {
      const response = await expectNothingDone(path, {
        method: 'OPTIONS',
        headers: {
          origin: origin === 'ours' ? harness.origin : origin,
          'access-control-request-method': allowed,
          'access-control-request-headers': 'x-csrf,content-type',
        },
      })
      expect(response.status).toBe(405)
      const names = Object.keys(response.headers)
      expect(names.filter((name) => name.startsWith('access-control-'))).toEqual([])
    })
  }
}

test.each([
  '/bff',
  '/bff/',
  '/bff/session/',
  '/bff/sessions/',
  '/bff/sessions/x',
  `/bff/sessions/${'A'.repeat(23)}`,
  '/bff/events/',
  '/bff/popup/',
  '/bff/backchannel-logout/',
  '/bff//session',
  '/bff/SESSION',
  '/bff/sess%69on',
  '/bff/./session',
  '/bff/x/../session',
  '/bff/session;x',
  '/bff/session%00',
  '/bff/__proto__',
  '/bff/constructor',
  '/bff%2fsession',
  '/BFF/session',
  '/other',
  '/',
])('a path that is not exactly a route leads nowhere: %s', async (path) => {
  const headers = fetchHeaders(harness.origin)
  const response = await expectNothingDone(path, { headers })
  expect(response.status).toBe(404)
  expect(response.json().code).toBe('not_found')
})

const embedded: readonly (readonly [string, Record<string, string>])[] = [
  ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }],
  ['a script', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }],
  ['a frame', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }],
  ['an object', { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'object' }],
  ['a fetch', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }],
  ['a prefetch', { ...navigationHeaders, 'sec-purpose': 'prefetch' }],
  ['a prerender', { ...navigationHeaders, 'sec-purpose': 'prefetch;prerender' }],
]

for (const [name, headers] of embedded) {
  test(`B66 ${name} does not reach the logout callback`, async () => {
    const response = await expectNothingDone('/bff/logout/callback?state=x', { headers })
    expect(response.status).toBe(403)
    expect(response.location).toBe('')
  })

  test(`B66 ${name} does not reach the page of a popup`, async () => {
    const response = await expectNothingDone('/bff/popup', { headers })
    expect(response.status).toBe(403)
    expect(response.text).not.toContain('<script>')
  })
}

test('B65 after all of these the session is as it was', async () => {
  const session = await harness.browser.get('/bff/session')
  expect(session.json()).toMatchObject({ authenticated: true, user: { sub: 'alice' } })
})
