// @vitest-environment node
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpResponse, http, passthrough } from 'msw'
import { afterEach, expect, test, vi } from 'vitest'
import { apiOrigin, createGate, fingerprint, otherApiOrigin, problem } from './fake-bff.fixture.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A real server on loopback, because redirects are the platform's business. */
const listen = async (answer: (request: IncomingMessage) => object): Promise<string> => {
  const server = createServer((request, response) => {
    const { status = 200, ...headers } = answer(request) as { status?: number }
    response.writeHead(status, headers).end('{}')
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const bearerOf = (index: number): string | null | undefined =>
  stage.bff.seen.api[index]?.headers.get('authorization')

/** Addresses that only look like the API, or are another origin altogether. */
const strangers: readonly string[] = [
  'http://localhost:4001.evil.example/orders',
  'http://localhost:40011/orders',
  'http://localhost:4002/orders',
  'http://localhost/orders',
  'https://localhost:4001/orders',
  'http://127.0.0.1:4001/orders',
  'http://[::1]:4001/orders',
  'http://localhost.:4001/orders',
  'http://localhost:4001@evil.example/orders',
  'http://localhost:4001%40evil.example/orders',
  'http://localhost:4001%2Fevil@evil.example/orders',
  'http://evil.example/http://localhost:4001/orders',
  'http://evil.example/?http://localhost:4001/orders',
  'http://evil.example/#http://localhost:4001/orders',
  'http://evil.example\\@localhost:4001/orders',
  '//evil.example/orders',
  '\\\\evil.example/orders',
  '/\\evil.example/orders',
  '/orders',
  'orders',
  '',
  '?orders',
  'https://reports.example.evil.example/',
  'https://reports.example.evil/',
  'https://reports-example/',
  'https://reports.example:8443/',
  'https://reports.example@evil.example/',
  'https://user:secret@evil.example/',
  'https://evil.reports.example/',
  'https://evilreports.example/',
  'https://example/',
  'http://reports.example/',
  'https://reports.example%2eevil.example/',
  'https://reports.example\u3002evil.example/',
  'https://reports\uFF0Eexample\uFF0Eevil/',
  'https://r\u0435ports.example/',
  ' https://reports.example.evil/ ',
  'https:reports.example.evil',
  'https:/reports.example.evil/',
  'HTTPS://REPORTS.EXAMPLE.EVIL/',
  'data:text/plain,http://localhost:4001/',
  'blob:http://localhost:4001/2f6e9c9e-0000-4000-8000-000000000000',
  'about:blank',
  'http://[bad',
  'http://localhost:99999/',
]

/** How a caller may name an address. */
const shapes: readonly [name: string, of: (address: string) => RequestInfo | URL][] = [
  ['text', (address) => address],
  ['a URL', (address) => new URL(address, 'http://localhost:4000/')],
  ['a Request', (address) => new Request(address)],
  [
    'an object that turns into text',
    (address) => ({ toString: () => address }) as unknown as RequestInfo,
  ],
]

test.each(
  strangers.flatMap((address) => shapes.map(([shape, of]) => [address, shape, of] as const)),
)('C04 %j as %s gets no token and no header of ours', async (address, _shape, of) => {
  const client = await stage.createReady()
  await Promise.resolve()
    .then(() => client.fetch(of(address)))
    .catch(() => undefined)
  expect(stage.bff.seen.api).toHaveLength(0)
  for (const request of stage.bff.seen.other) {
    expect([...request.headers].join()).not.toContain('secret-token')
    expect(request.headers.has('authorization')).toBe(false)
    expect(request.headers.has('x-csrf')).toBe(false)
  }
})

const friends: readonly [address: string, resource: string][] = [
  ['http://localhost:4001/orders', 'orders'],
  ['http://localhost:4001', 'orders'],
  ['HTTP://LocalHost:4001/orders?a=1#b', 'orders'],
  ['http:\\\\localhost:4001\\orders', 'orders'],
  ['http://user@localhost:4001/orders', 'orders'],
  ['//localhost:4001/orders', 'orders'],
  ['https://reports.example:443/x/../y', 'reports'],
  ['\thttps://reports.example/\n', 'reports'],
]

test.each(friends)('C04 %j is the API, whose own token it gets', async (address, resource) => {
  const client = await stage.createReady()
  // The platform refuses credentials in addresses, with the token or without.
  if (address.includes('@')) {
    await expect(client.fetch(address)).rejects.toThrow(TypeError)
    return
  }
  expect((await client.fetch(address)).status).toBe(200)
  expect(bearerOf(0)).toMatch(`Bearer secret-token-${resource}-`)
})

test('C04 an object that names another address each time it is asked gets no token elsewhere', async () => {
  const client = await stage.createReady()
  let asked = 0
  const shifty = { toString: () => (asked++ === 0 ? apiOrigin : 'https://evil.example/') }
  await client.fetch(shifty as unknown as URL)
  expect(stage.bff.seen.other.map(({ url }) => url.href)).toEqual(['https://evil.example/'])
  expect(stage.bff.seen.other[0]?.headers.has('authorization')).toBe(false)
})

test('C04 a Request whose address is forged by a subclass gets no token elsewhere', async () => {
  class Forged extends Request {
    override get url(): string {
      return `${apiOrigin}/orders`
    }
  }
  const client = await stage.createReady()
  await client.fetch(new Forged('https://evil.example/'))
  expect(stage.bff.seen.other).toHaveLength(1)
  expect(stage.bff.seen.other[0]?.headers.has('authorization')).toBe(false)
})

test('C04 a page with a base elsewhere resolves relative addresses as the platform does', async () => {
  const base = stage.page.window.document.createElement('base')
  base.setAttribute('href', 'https://evil.example/')
  stage.page.window.document.head.append(base)
  const client = await stage.createReady({
    resources: { own: { origin: 'http://localhost:4000' } },
  })
  vi.stubGlobal('Request', Request)
  await client.fetch('/orders').catch(() => undefined)
  for (const { headers } of stage.bff.seen.other) expect(headers.has('authorization')).toBe(false)
})

test('requests to other origins pass through untouched', async () => {
  const fetch = vi.fn(globalThis.fetch)
  const client = await stage.createReady({ fetch })
  const init = { method: 'POST', body: 'x', next: { revalidate: 1 } } as RequestInit
  const input = new URL('https://third-party.example/')
  await client.fetch(input, init)
  expect(fetch.mock.lastCall?.[0]).toBe(input)
  expect(fetch.mock.lastCall?.[1]).toBe(init)
})

test('a request that brings its own Authorization is left alone: no token, no replay', async () => {
  const client = await stage.createReady()
  const answer = await client.fetch(`${apiOrigin}/orders`, {
    headers: { Authorization: 'Basic b3du' },
  })
  expect(answer.status).toBe(401)
  expect(stage.bff.seen.api).toHaveLength(1)
  expect(bearerOf(0)).toBe('Basic b3du')
  expect(stage.bff.seen.token).toHaveLength(0)
})

test('everything else about a request stays as the caller wants it', async () => {
  const fetch = vi.fn(globalThis.fetch)
  const client = await stage.createReady({ fetch })
  const request = new Request(`${apiOrigin}/orders`, {
    method: 'PUT',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json', 'x-trace': 'abc' },
    credentials: 'include',
    cache: 'reload',
    referrerPolicy: 'no-referrer',
  })
  await client.fetch(request)
  expect(stage.bff.seen.api[0]).toMatchObject({
    method: 'PUT',
    body: '{"a":1}',
    credentials: 'include',
    cache: 'reload',
  })
  const { headers } = stage.bff.seen.api[0] ?? {}
  expect(headers?.get('content-type')).toBe('application/json')
  expect(headers?.get('x-trace')).toBe('abc')
  expect(fetch.mock.lastCall?.[1]).toMatchObject({ referrerPolicy: 'no-referrer' })
})

test.each([301, 302, 303, 307, 308])(
  'C05 a request with a token does not follow a %i anywhere',
  async (status) => {
    const arrived: IncomingMessage[] = []
    const trap = await listen((request) => {
      arrived.push(request)
      return {}
    })
    const api = await listen(({ url }) => {
      if (url === '/away') return { status, location: `${trap}/stolen` }
      return url === '/near' ? { status, location: '/away' } : {}
    })
    stage.use(
      http.all(`${api}/*`, () => passthrough()),
      http.all(`${trap}/*`, () => passthrough()),
    )
    const client = await stage.createReady({ resources: { orders: { origin: api } } })
    for (const path of ['/away', '/near']) {
      const options = { headers: { 'x-own': 'custom' } }
      await expect(client.fetch(`${api}${path}`, options)).rejects.toThrow(TypeError)
    }
    expect(arrived).toHaveLength(0)
    expect((await client.fetch(`${api}/plain`)).status).toBe(200)
  },
)

test('C05 a redirect the caller allows is refused all the same', async () => {
  const client = await stage.createReady()
  stage.bff.onApi = () => HttpResponse.redirect('https://evil.example/')
  for (const redirect of ['follow', 'manual'] as const) {
    await client.fetch(`${apiOrigin}/orders`, { redirect }).catch(() => undefined)
  }
  expect(stage.bff.seen.api.map(({ redirect }) => redirect)).toEqual(['error', 'error'])
  expect(stage.bff.seen.other).toHaveLength(0)
})

test('C06 the token is in the Authorization header and nowhere else', async () => {
  const client = await stage.createReady()
  stage.bff.refused.add(await client.getAccessToken())
  await client.fetch(`${apiOrigin}/orders`, { method: 'POST', body: 'hello' })
  await client.getAccessToken({ resource: 'reports' })
  await client.logout()
  const all = Object.values(stage.bff.seen).flat()
  expect(all.length).toBeGreaterThan(4)
  for (const { url, body, headers } of all) {
    const others = [...headers].filter(([name]) => name !== 'authorization').join()
    for (const token of stage.bff.tokens) expect(url.href + body + others).not.toContain(token)
  }
})

test('C14 the CSRF header goes to the BFF and only there', async () => {
  const client = await stage.createReady()
  await client.fetch(`${apiOrigin}/orders`)
  await client.fetch(`${otherApiOrigin}/`)
  await client.fetch('https://third-party.example/')
  await client.logout()
  const { session, token, logout, api, other } = stage.bff.seen
  for (const { headers, credentials } of [...session, ...token, ...logout]) {
    expect(headers.get('x-csrf')).toBe('1')
    expect(headers.has('authorization')).toBe(false)
    expect(credentials).toBe('same-origin')
  }
  expect([...api, ...other]).toHaveLength(3)
  for (const { headers } of [...api, ...other]) expect(headers.has('x-csrf')).toBe(false)
})

const bytes = new Uint8Array([0, 255, 10, 13, 65, 66, 67])
const form = (): FormData => {
  const data = new FormData()
  data.set('name', 'Ärger')
  data.set('file', new File([bytes], 'a.bin', { type: 'application/x-own' }))
  return data
}

/** Every kind of body that can be sent twice. */
const bodies: readonly [name: string, of: () => BodyInit | undefined][] = [
  ['no body', () => undefined],
  ['text', () => 'grüße'],
  ['empty text', () => ''],
  ['URLSearchParams', () => new URLSearchParams({ a: 'b c', d: 'ü' })],
  ['FormData', form],
  ['a Blob', () => new Blob([bytes], { type: 'application/x-own' })],
  ['a File', () => new File([bytes], 'a.bin')],
  ['an ArrayBuffer', () => bytes.slice().buffer],
  ['a Uint8Array', () => bytes.slice()],
  ['part of a buffer', () => new Uint8Array(bytes.slice().buffer, 2, 3)],
  ['a DataView', () => new DataView(bytes.slice().buffer)],
  ['1 MB of text', () => 'x'.repeat(1_000_000)],
]

/** The same bytes whatever boundary a form has. */
const comparable = (body: string | undefined): string | undefined =>
  body?.replace(/formdata-undici-\d+/g, 'boundary')

const replays = bodies.flatMap(([name, of]) => [
  [name, 'in the options', of, (body?: BodyInit) => [`${apiOrigin}/x`, { method: 'POST', body }]],
  [
    name,
    'in a Request',
    of,
    (body?: BodyInit) => [new Request(`${apiOrigin}/x`, { method: 'POST', body: body ?? null })],
  ],
  [
    name,
    'in a Request with options',
    of,
    (body?: BodyInit) => [
      new Request(`${apiOrigin}/x`, { method: 'POST', body: body ?? null }),
      { headers: { 'x-own': '1' } },
    ],
  ],
]) as unknown as readonly [
  string,
  string,
  () => BodyInit | undefined,
  (body?: BodyInit) => Parameters<typeof fetch>,
][]

test.each(replays)(
  'a 401 leads to one renewal and one replay with %s %s intact',
  async (_name, _where, of, args) => {
    const client = await stage.createReady()
    const refused = await client.getAccessToken()
    stage.bff.refused.add(refused)
    const answer = await client.fetch(...args(of()))
    expect(answer.status).toBe(200)
    const [first, second] = stage.bff.seen.api
    expect(stage.bff.seen.api).toHaveLength(2)
    expect(bearerOf(0)).toBe(`Bearer ${refused}`)
    expect(bearerOf(1)).toBe(`Bearer ${stage.bff.tokens[1]}`)
    expect(second?.method).toBe('POST')
    expect(comparable(second?.body)).toBe(comparable(first?.body))
    expect(second?.headers.get('content-type')?.split(';')[0]).toBe(
      first?.headers.get('content-type')?.split(';')[0],
    )
    const probe = new Response(of() ?? null)
    expect(comparable(second?.body)).toBe(comparable(await probe.text()))
    expect(stage.bff.seen.token).toHaveLength(1)
    expect(JSON.parse(stage.bff.seen.token[0]?.body ?? '')).toEqual({
      resource: 'orders',
      rejected: fingerprint(refused),
    })
  },
)

test('the body is sent again as it was, whatever the caller does to it meanwhile', async () => {
  const client = await stage.createReady()
  stage.bff.refused.add(await client.getAccessToken())
  const body = new Uint8Array([65, 66, 67])
  const parameters = new URLSearchParams({ a: '1' })
  const calls = [
    client.fetch(`${apiOrigin}/bytes`, { method: 'POST', body }),
    client.fetch(`${apiOrigin}/parameters`, { method: 'POST', body: parameters }),
  ]
  body.fill(88)
  parameters.set('a', '2')
  const answers = await Promise.all(calls)
  expect(await Promise.all(answers.map((it) => it.text()))).toEqual(['got ABC', 'got a=1'])
})

test('C07 an API that always refuses gets two requests, and its 401 is passed through', async () => {
  const client = await stage.createReady()
  stage.bff.onApi = () => new HttpResponse('not you', { status: 401 })
  const answer = await client.fetch(`${apiOrigin}/orders`)
  expect(answer.status).toBe(401)
  expect(await answer.text()).toBe('not you')
  expect(stage.bff.seen.api).toHaveLength(2)
  expect(stage.bff.seen.token).toHaveLength(1)
  expect(client.getState().status).toBe('authenticated')
})

test('C07 a renewal that brings the same token is not followed by a replay', async () => {
  const client = await stage.createReady()
  const token = await client.getAccessToken()
  stage.bff.refused.add(token)
  stage.bff.onToken = () => HttpResponse.json(stage.bff.tokenAnswer(token, 'orders'))
  const answer = await client.fetch(`${apiOrigin}/orders`)
  expect(answer.status).toBe(401)
  expect(await answer.text()).toBe('no')
  expect(stage.bff.seen.api).toHaveLength(1)
  expect(stage.bff.seen.token).toHaveLength(1)
})

test.each([400, 403, 404, 407, 409, 429, 500, 503])('C07 a %i never renews', async (status) => {
  const client = await stage.createReady()
  stage.bff.onApi = () => new HttpResponse('', { status })
  expect((await client.fetch(`${apiOrigin}/orders`)).status).toBe(status)
  expect(stage.bff.seen.api).toHaveLength(1)
  expect(stage.bff.seen.token).toHaveLength(0)
})

const stream = (): ReadableStream =>
  new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode('once'))
      controller.close()
    },
  })
const streamed = (): RequestInit =>
  ({ method: 'POST', body: stream(), duplex: 'half' }) as RequestInit

test('C07 a stream is sent once: after a 401 the caller is told to send a new one', async () => {
  const client = await stage.createReady()
  stage.bff.refused.add(await client.getAccessToken())
  await expect(client.fetch(`${apiOrigin}/upload`, streamed())).rejects.toMatchObject({
    name: 'AuthError',
    code: 'body_not_replayable',
    phase: 'fetch',
    retry: 'later',
  })
  expect(stage.bff.seen.api).toHaveLength(1)
  expect(stage.bff.seen.api[0]?.body).toBe('once')
  const again = await client.fetch(`${apiOrigin}/upload`, streamed())
  expect(await again.text()).toBe('got once')
})

test('C07 the token of a stream is renewed ahead, so that it need not be sent twice', async () => {
  const client = await stage.createReady()
  await client.getAccessToken()
  stage.page.clock.wall += 280_000
  const answer = await client.fetch(`${apiOrigin}/upload`, streamed())
  expect(await answer.text()).toBe('got once')
  expect(bearerOf(0)).toBe(`Bearer ${stage.bff.tokens[1]}`)
})

test('C08 fifty POSTs with a refused token lead to one renewal, and every body arrives twice', async () => {
  const client = await stage.createReady()
  stage.bff.refused.add(await client.getAccessToken())
  const calls = Array.from({ length: 50 }, (_, index) =>
    client.fetch(`${apiOrigin}/orders`, { method: 'POST', body: `order ${index}` }),
  )
  const answers = await Promise.all(calls)
  const texts = await Promise.all(answers.map((answer) => answer.text()))
  expect(texts).toEqual(Array.from({ length: 50 }, (_, index) => `got order ${index}`))
  expect(stage.bff.seen.api).toHaveLength(100)
  expect(stage.bff.seen.token).toHaveLength(1)
})

test('C08 a 401 that comes after the renewal is replayed with the newer token, without asking', async () => {
  const client = await stage.createReady()
  const refused = await client.getAccessToken()
  const gate = createGate()
  stage.bff.onApi = async ({ url, headers }) => {
    if (url.pathname === '/slow' && headers.get('authorization') === `Bearer ${refused}`) {
      await gate.opened
    }
    return headers.get('authorization') === `Bearer ${refused}`
      ? new HttpResponse('', { status: 401 })
      : new HttpResponse('fine')
  }
  const slow = client.fetch(`${apiOrigin}/slow`)
  expect((await client.fetch(`${apiOrigin}/fast`)).status).toBe(200)
  gate.open()
  expect((await slow).status).toBe(200)
  expect(stage.bff.seen.token).toHaveLength(1)
})

test('C08 a refusal during a renewal that was asked for before is not satisfied by the same token', async () => {
  const client = await stage.createReady()
  const token = await client.getAccessToken()
  stage.bff.refused.add(token)
  const gate = createGate()
  stage.bff.onToken = async ({ body }) => {
    if (JSON.parse(body).rejected) return undefined
    await gate.opened
    return HttpResponse.json(stage.bff.tokenAnswer(token, 'orders'))
  }
  // Somebody wants a longer life, and the BFF can only answer the same token for now.
  stage.page.clock.monotonic += 200_000
  const longer = client.getAccessToken({ minValiditySeconds: 120 })
  const call = client.fetch(`${apiOrigin}/orders`)
  await stage.page.turns()
  // Until the fingerprint of the refused token is certainly there: digests are made in order.
  await crypto.subtle.digest('SHA-256', new Uint8Array(1))
  await stage.page.turns()
  gate.open()
  expect(await longer).toBe(token)
  expect((await call).status).toBe(200)
  expect(await client.getAccessToken()).not.toBe(token)
  expect(stage.bff.seen.token).toHaveLength(2)
})

test('a renewal that cannot be had now is an error to wait for, not a logout', async () => {
  const client = await stage.createReady()
  stage.bff.refused.add(await client.getAccessToken())
  stage.bff.onToken = () => problem(503, 'provider_unavailable', 'later')
  await expect(client.fetch(`${apiOrigin}/orders`)).rejects.toMatchObject({
    code: 'provider_unavailable',
    retry: 'later',
  })
  expect(client.getState().status).toBe('authenticated')
})

test('a renewal that finds the session ended says so, and not only that the API refused', async () => {
  const client = await stage.createReady()
  stage.bff.refused.add(await client.getAccessToken())
  stage.bff.isLoggedIn = false
  stage.bff.reason = 'refresh_rejected'
  await expect(client.fetch(`${apiOrigin}/orders`)).rejects.toMatchObject({
    code: 'session_expired',
    retry: 'login',
  })
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'refresh_rejected' })
})

test('the abort signal of one caller stops that caller only, before and after the 401', async () => {
  const client = await stage.createReady()
  stage.bff.refused.add(await client.getAccessToken())
  const gate = createGate()
  const asked = createGate()
  stage.bff.onToken = async () => {
    asked.open()
    await gate.opened
    return HttpResponse.json(stage.bff.nextToken('orders'))
  }
  const controller = new AbortController()
  const mine = client.fetch(`${apiOrigin}/a`, { signal: controller.signal })
  const yours = client.fetch(new Request(`${apiOrigin}/b`))
  await asked.opened
  const reason = new Error('changed my mind')
  controller.abort(reason)
  await expect(mine).rejects.toBe(reason)
  gate.open()
  expect((await yours).status).toBe(200)
  await expect(client.fetch(`${apiOrigin}/c`, { signal: AbortSignal.abort(reason) })).rejects.toBe(
    reason,
  )
  expect(stage.bff.seen.token).toHaveLength(1)
})

test('what the platform refuses or loses comes in its own words', async () => {
  const client = await stage.createReady()
  stage.bff.onApi = () => HttpResponse.error()
  await expect(client.fetch(`${apiOrigin}/orders`)).rejects.toThrow(TypeError)
  const used = new Request(`${apiOrigin}/orders`, { method: 'POST', body: 'x' })
  await used.text()
  await expect(client.fetch(used)).rejects.toThrow(TypeError)
  await expect(client.fetch('http://[bad')).rejects.toThrow(TypeError)
  expect(client.getState()).toMatchObject({ status: 'authenticated', offline: false })
})

test('the first call waits for the session and costs no request more', async () => {
  const client = stage.create()
  expect((await client.fetch(`${apiOrigin}/orders`)).status).toBe(200)
  expect(stage.bff.seen.session).toHaveLength(1)
  expect(stage.bff.seen.token).toHaveLength(0)
})

test('an API that asks for a stronger login is not answered with a renewal', async () => {
  const client = await stage.createReady()
  stage.bff.onApi = () =>
    new HttpResponse('no', {
      status: 401,
      headers: {
        'www-authenticate':
          'Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="60"',
      },
    })
  const answer = await client.fetch(`${apiOrigin}/orders`, { method: 'POST', body: 'x' })
  expect(answer.status).toBe(401)
  expect(stage.bff.seen.api).toHaveLength(1)
  expect(stage.bff.seen.token).toHaveLength(0)
})
