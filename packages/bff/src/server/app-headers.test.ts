import { expect, test } from 'vitest'
import { fetchHeaders, navigationHeaders } from '../testing/browser.ts'
import { ask, serve } from '../testing/served.ts'

const page = { accept: 'text/html' }
const hsts = 'max-age=31536000; includeSubDomains'

const overHttps = (standard: Readonly<Record<string, unknown>>) => ({
  ...standard,
  publicUrl: 'https://app.example',
})

const rows = [
  { name: 'the page', path: '/', headers: page, status: 200 },
  { name: 'a route of the page', path: '/orders/1', headers: page, status: 200 },
  { name: 'a file', path: '/logo.svg', headers: {}, status: 200 },
  { name: 'no file', path: '/missing.js', headers: {}, status: 404 },
  { name: 'a hostile path', path: '/..%2fx', headers: page, status: 404 },
  {
    name: 'a redirect to the provider',
    path: '/bff/login',
    headers: navigationHeaders,
    status: 303,
  },
  {
    name: 'a failed callback',
    path: '/bff/callback?state=x',
    headers: navigationHeaders,
    status: 303,
  },
  {
    name: 'the page of a popup',
    path: '/bff/popup',
    headers: navigationHeaders,
    status: 200,
  },
  {
    name: 'JSON',
    path: '/bff/session',
    headers: fetchHeaders('https://app.example'),
    status: 200,
  },
  { name: 'a refused call', path: '/bff/session', headers: {}, status: 403 },
  { name: 'no route', path: '/bff/nothing', headers: {}, status: 404 },
]

test('B120 every route says what a browser may do with its answer', async () => {
  const served = await serve({ file: overHttps })
  for (const { name, path, headers, status } of rows) {
    const answer = await ask(served.origin, path, { headers })
    expect(answer.status, name).toBe(status)
    expect(answer.headers['strict-transport-security'], name).toBe(hsts)
    expect(answer.headers['x-content-type-options'], name).toBe('nosniff')
    expect(answer.headers['cross-origin-resource-policy'], name).toBe('same-origin')
    expect(answer.headers['referrer-policy'], name).toMatch(/^(no-referrer|same-origin)$/)
    const policy = String(answer.headers['content-security-policy'])
    expect(policy, name).toContain("base-uri 'none'")
    expect(policy, name).toContain("frame-ancestors 'none'")
    expect(policy, name).toMatch(/object-src 'none'|default-src 'none'/)
    expect(policy, name).not.toMatch(/unsafe|\*/)
    const isHtml = String(answer.headers['content-type']).startsWith('text/html')
    // The page of a popup has no policy of its own: see its own test.
    const isPage = isHtml && status === 200 && path !== '/bff/popup'
    expect(answer.headers['cross-origin-opener-policy'], name).toBe(
      isPage ? 'same-origin-allow-popups' : undefined,
    )
    expect(answer.headers['x-powered-by'], name).toBeUndefined()
    expect(answer.headers.server, name).toBeUndefined()
  }
  await served.close()
})

test('B120 an app on http is not bound to https', async () => {
  const served = await serve()
  const answer = await ask(served.origin, '/', {
    headers: { ...page, 'x-forwarded-proto': 'https', forwarded: 'proto=https' },
  })
  expect(answer.headers['strict-transport-security']).toBeUndefined()
  await served.close()
})

test('directives that are configured replace those of the default policy', async () => {
  const served = await serve({
    file: (standard) => ({
      ...overHttps(standard),
      headers: {
        strictTransportSecurity: 'off',
        contentSecurityPolicy: {
          'connect-src': ["'self'", 'https://orders.example'],
          'form-action': [],
        },
      },
    }),
  })
  const { headers } = await ask(served.origin, '/', { headers: page })
  expect(headers['content-security-policy']).toBe(
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self' https://orders.example",
  )
  expect(headers['strict-transport-security']).toBeUndefined()
  await served.close()
})

const spoofed = {
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-port': '1',
  forwarded: 'for=203.0.113.9;host=evil.example;proto=http',
  host: 'evil.example',
}

test('B121 forwarded headers move neither origin nor cookies', async () => {
  const served = await serve({ file: overHttps })
  const answer = await ask(served.origin, '/bff/login', {
    headers: { ...navigationHeaders, ...spoofed },
  })
  const location = String(answer.headers.location)
  const request = served.provider.authorizationRequest(location)
  expect(request.get('redirect_uri')).toBe('https://app.example/bff/callback')
  for (const cookie of [answer.headers['set-cookie'] ?? []].flat()) {
    expect(cookie).toMatch(/^__Host-Http-/)
    expect(cookie).toMatch(/; secure/i)
  }
  const call = await ask(served.origin, '/bff/session', {
    headers: { ...fetchHeaders('https://evil.example'), ...spoofed },
  })
  expect(call.status).toBe(403)
  await served.close()
})

const clientsOf = (lines: readonly string[]): readonly unknown[] =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'http.request')
    .map(({ client }) => client)

const forwardedFor = async (trustProxy: number | undefined): Promise<readonly unknown[]> => {
  const served = await serve({
    file: (standard) => ({ ...standard, ...(trustProxy !== undefined && { trustProxy }) }),
  })
  const values = ['', '198.51.100.1', 'spoofed, 198.51.100.1', 'spoofed, 203.0.113.5']
  for (const value of values) {
    await ask(served.origin, '/', { headers: value === '' ? {} : { 'x-forwarded-for': value } })
  }
  await served.close()
  return clientsOf(served.lines)
}

test('B121 who a client is, X-Forwarded-For does not say unless proxies are configured', async () => {
  const [direct, ...others] = await forwardedFor(undefined)
  expect(others).toEqual([direct, direct, direct])
})

test('B121 with one proxy its own entry counts, and what a client wrote before it does not', async () => {
  const [direct, plain, prepended, other] = await forwardedFor(1)
  expect(plain).not.toBe(direct)
  expect(prepended).toBe(plain)
  expect(other).not.toBe(plain)
})
