import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa, { type Middleware } from 'koa'
import { afterEach, expect, test } from 'vitest'
import { type Bff, createBff } from './create-bff.ts'
import type { BffOptions } from './options.ts'
import { type Browser, createBrowser, fetchHeaders } from './testing/browser.ts'
import { createHarness, type Harness } from './testing/harness.ts'

interface Host {
  readonly origin: string
  readonly browser: Browser
  readonly bff: Bff
  readonly harness: Harness
  login(): Promise<void>
}

const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A Koa application of somebody else's, with the BFF somewhere in its middle. */
const createHost = async (
  build: (app: Koa, bff: Middleware) => void,
  change: (standard: BffOptions) => BffOptions = (standard) => standard,
): Promise<Host> => {
  let options: BffOptions | undefined
  const harness = await createHarness({
    bff: (standard) => {
      options = standard
      return standard
    },
  })
  closing.push(() => harness.close())
  if (options === undefined) throw new Error('The harness made no options.')
  const app = new Koa()
  app.silent = true
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const bff = createBff(change({ ...options, publicUrl: origin }))
  build(app, bff.middleware)
  server.on('request', app.callback())
  const browser = createBrowser(origin)
  const login = async () => {
    const { location } = await browser.navigate('/bff/login')
    await browser.navigate(harness.callbackPath(location), 'cross-site')
  }
  return { origin, browser, bff, harness, login }
}

/** Reads a JSON body as body parsers do: the stream is spent afterwards. */
const bodyParser: Middleware = async (ctx, next) => {
  let text = ''
  for await (const chunk of ctx.req) text += String(chunk)
  const request = ctx.request as { body?: unknown }
  request.body = text === '' ? {} : JSON.parse(text)
  await next()
}

const passOn: Middleware = async (ctx) => {
  ctx.body = `the app at ${ctx.path}`
}

test('the BFF answers its own paths and passes on every other', async () => {
  const { browser } = await createHost((app, bff) => app.use(bff).use(passOn))
  for (const path of ['/', '/bff-other', '/bffsession', '/BFF/session', '/app/bff/session']) {
    expect((await browser.get(path)).text).toBe(`the app at ${path}`)
  }
  for (const path of ['/bff', '/bff/', '/bff/nothing']) {
    const response = await browser.get(path)
    expect(response.status).toBe(404)
    expect(response.json().code).toBe('not_found')
  }
  expect((await browser.get('/bff/session')).json()).toEqual({ authenticated: false })
})

test('a whole session works in a host application whose body parser has read the body', async () => {
  const { browser, login } = await createHost((app, bff) => app.use(bodyParser).use(bff))
  await login()
  const token = await browser.post('/bff/token', { resource: 'orders', slide: false })
  expect(token.json()).toMatchObject({ token_type: 'Bearer', resource: 'orders' })
  const malformed = await browser.post('/bff/token', { nonsense: true })
  expect(malformed.json()).toMatchObject({ code: 'invalid_request' })
  const out = await browser.post('/bff/logout', { returnTo: '/bye' })
  expect(out.json()).toHaveProperty('logoutUrl')
  expect((await browser.post('/bff/token')).json()).toMatchObject({ code: 'session_required' })
})

test('B61 a parsed form is refused as an unparsed one is', async () => {
  const { browser, login, origin } = await createHost((app, bff) => app.use(bodyParser).use(bff))
  await login()
  const response = await browser.send('/bff/logout', {
    method: 'POST',
    headers: { ...fetchHeaders(origin), 'content-type': 'text/plain' },
    body: '{}',
  })
  expect(response.status).toBe(415)
})

test('headers of the host survive, ours stand where they matter', async () => {
  const { browser } = await createHost((app, bff) =>
    app
      .use(async (ctx, next) => {
        ctx.set('Strict-Transport-Security', 'max-age=63072000')
        ctx.set('X-Request-Id', '7')
        ctx.set('Cache-Control', 'public, max-age=60')
        ctx.vary('Accept-Encoding')
        await next()
      })
      .use(bff),
  )
  for (const path of ['/bff/session', '/bff/nothing', '/bff/login']) {
    const { headers } = path.endsWith('login')
      ? await browser.navigate(path)
      : await browser.get(path)
    expect(headers['strict-transport-security']).toBe('max-age=63072000')
    expect(headers['x-request-id']).toBe('7')
    expect(headers['cache-control']).toBe('no-store')
    expect(headers.vary).toBe('Accept-Encoding, Sec-Fetch-Site, Origin')
  }
})

test('the host sees the status of our answer and that it was sent', async () => {
  const seen: unknown[] = []
  const { browser } = await createHost((app, bff) =>
    app
      .use(async (ctx, next) => {
        await next()
        seen.push([ctx.path, ctx.status, ctx.headerSent])
        // Too late to reach the browser, and no reason to fail.
        ctx.set('X-Late', '1')
      })
      .use(bff),
  )
  await browser.get('/bff/session')
  const refused = await browser.get('/bff/token')
  expect(seen).toEqual([
    ['/bff/session', 200, true],
    ['/bff/token', 405, true],
  ])
  expect(refused.headers['x-late']).toBeUndefined()
})

test('a session of the host by koa-session is left alone', async () => {
  const { default: session } = await import('koa-session')
  const { browser, login } = await createHost((app, bff) => {
    app.keys = ['a key of the host']
    app.use(session({ key: 'host' }, app))
    app.use(bff)
    app.use(async (ctx) => {
      const own = ctx as unknown as { session: { visits?: number } }
      own.session.visits = (own.session.visits ?? 0) + 1
      ctx.body = String(own.session.visits)
    })
  })
  await browser.get('/page')
  await login()
  expect((await browser.get('/page')).text).toBe('2')
  await browser.post('/bff/logout')
  expect((await browser.get('/page')).text).toBe('3')
})

const spoofed = {
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-for': '203.0.113.7',
  'x-forwarded-port': '666',
  'x-forwarded-prefix': '/evil',
  forwarded: 'host=evil.test;proto=http',
  'x-original-url': '/bff/logout',
  'x-rewrite-url': '/bff/logout',
}

test('B121 proxy headers change neither origin nor cookie nor redirect URI, not even in a host that trusts them', async () => {
  const { browser, origin } = await createHost((app, bff) => {
    app.proxy = true
    app.use(bff)
  })
  const login = await browser.send('/bff/login', { headers: { ...spoofed, host: 'evil.test' } })
  const redirectUri = new URL(login.location).searchParams.get('redirect_uri')
  expect(redirectUri).toBe(`${origin}/bff/callback`)
  expect(login.setCookies.every((line) => line.includes('; Secure'))).toBe(true)
  const ours = await browser.send('/bff/session', {
    headers: { ...fetchHeaders(origin), ...spoofed },
  })
  expect(ours.status).toBe(200)
  const theirs = await browser.send('/bff/session', {
    headers: { ...fetchHeaders('http://evil.test'), ...spoofed, host: 'evil.test' },
  })
  expect(theirs.status).toBe(403)
})

test('another base path moves every route and the registered URLs', async () => {
  const { browser, origin } = await createHost(
    (app, bff) => app.use(bff).use(passOn),
    (standard) => ({ ...standard, basePath: '/auth/v1' }),
  )
  expect((await browser.get('/bff/session')).text).toBe('the app at /bff/session')
  expect((await browser.get('/auth/v1/session')).json()).toEqual({ authenticated: false })
  const { location } = await browser.navigate('/auth/v1/login')
  expect(new URL(location).searchParams.get('redirect_uri')).toBe(`${origin}/auth/v1/callback`)
})
