import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express5 from 'express'
import express4 from 'express4'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { publishKeys as publishKeysOnExpress } from '../express/publish-keys.ts'
import { publishKeys } from '../fetch/publish-keys.ts'
import type { KeyRing } from '../index.ts'
import { createKeyRing, createRemoteKeySet, JwtError } from '../index.ts'
import { publishKeys as publishKeysOnKoa } from '../koa/publish-keys.ts'
import { misconfiguration } from '../testing/refusal.ts'
import { now } from '../testing/tokens.ts'

type Send = (init?: RequestInit) => Promise<Response>

const path = '/.well-known/jwks.json'

const onFetch = async (keyRing: KeyRing): Promise<Send> => {
  const handler = publishKeys({ keyRing })
  return (init) => handler(new Request(`http://127.0.0.1${path}`, init))
}

const listen = async (listener: RequestListener): Promise<Send> => {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return (init) => fetch(`http://127.0.0.1:${port}${path}`, init)
}

const onKoa = (keyRing: KeyRing): Promise<Send> => {
  const app = new Koa()
  app.silent = true
  app.use(publishKeysOnKoa({ keyRing, path }))
  app.use((ctx) => {
    ctx.body = 'elsewhere'
  })
  return listen(app.callback())
}

const onExpress =
  (express: typeof express5) =>
  (keyRing: KeyRing): Promise<Send> => {
    const app = express()
    // Its error handler writes to the console otherwise.
    app.set('env', 'test')
    app.use(publishKeysOnExpress({ keyRing, path }))
    app.use((_, response) => {
      response.end('elsewhere')
    })
    return listen(app)
  }

for (const [name, serve] of [
  ['fetch', onFetch],
  ['Koa', onKoa],
  ['Express 5', onExpress(express5)],
  ['Express 4', onExpress(express4 as unknown as typeof express5)],
] as const) {
  test(`J53 ${name}: the set is served as one, to be kept for the cache age`, async () => {
    const keyRing = createKeyRing({ algorithm: 'ES256', cacheAgeSeconds: 300, now })
    const send = await serve(keyRing)
    const response = await send()
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/jwk-set+json')
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(await response.text()).toBe((await keyRing.jwks()).body)
  })

  test(`${name}: HEAD has the headers of GET and no body`, async () => {
    const send = await serve(createKeyRing({ algorithm: 'ES256', now }))
    const [get, head] = [await send(), await send({ method: 'HEAD' })]
    expect(head.status).toBe(200)
    for (const header of ['content-type', 'cache-control', 'etag']) {
      expect(head.headers.get(header)).toBe(get.headers.get(header))
    }
    expect(await head.text()).toBe('')
  })

  test(`${name}: who has the set already gets 304, until it changes`, async () => {
    const keyRing = createKeyRing({ algorithm: 'ES256', now })
    const send = await serve(keyRing)
    const etag = (await send()).headers.get('etag') ?? ''
    const ask = (value: string, method = 'GET') =>
      send({ method, headers: { 'if-none-match': value } })
    for (const value of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      for (const method of ['GET', 'HEAD']) {
        const response = await ask(value, method)
        expect(response.status).toBe(304)
        expect(response.headers.get('etag')).toBe(etag)
        expect(response.headers.get('cache-control')).toBe('public, max-age=600')
        expect(await response.text()).toBe('')
      }
    }
    for (const value of ['"other"', etag.slice(1, -1), '']) {
      expect((await ask(value)).status).toBe(200)
    }
    await keyRing.revoke((await keyRing.current()).kid)
    const changed = await ask(etag)
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).not.toBe(etag)
  })

  test(`${name}: keys are only read`, async () => {
    const send = await serve(createKeyRing({ algorithm: 'ES256', now }))
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await send({ method })
      expect(response.status).toBe(405)
      expect(response.headers.get('allow')).toBe('GET, HEAD')
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
  })

  test(`${name}: a ring that cannot tell its keys answers 503, and a wrong one fails loudly`, async () => {
    const down: KeyRing = {
      ...createKeyRing({ algorithm: 'ES256', now }),
      jwks: async () => {
        throw new JwtError('keys_unavailable', 'canary', { retryAfterSeconds: 7 })
      },
    }
    const response = await (await serve(down))()
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('etag')).toBeNull()
    expect(await response.text()).not.toContain('canary')
    const broken: KeyRing = {
      ...down,
      jwks: async () => {
        throw new JwtError('configuration_invalid', 'canary')
      },
    }
    const send = await serve(broken)
    const outcome = await send().then(
      ({ status }) => status,
      (error: JwtError) => error.code,
    )
    expect([500, 'configuration_invalid']).toContain(outcome)
  })
}

test('Koa: other paths go on, and without a path every request is answered', async () => {
  const keyRing = createKeyRing({ algorithm: 'ES256', now })
  const reached: string[] = []
  const run = async (ours: string | undefined, asked: string) => {
    const middleware = publishKeysOnKoa(ours === undefined ? { keyRing } : { keyRing, path: ours })
    const ctx = {
      method: 'GET',
      path: asked,
      status: 404,
      body: undefined as unknown,
      get: () => '',
      set: () => undefined,
    }
    await middleware(ctx, async () => {
      reached.push(asked)
    })
    return ctx.status
  }
  expect(await run('/jwks', '/jwks')).toBe(200)
  expect(await run('/jwks', '/JWKS')).toBe(404)
  expect(await run('/jwks', '/jwks/')).toBe(404)
  expect(await run(undefined, '/anything')).toBe(200)
  expect(reached).toEqual(['/JWKS', '/jwks/'])
})

test('Express: other paths go on, and who has answered before is left alone', async () => {
  const keyRing = createKeyRing({ algorithm: 'ES256', now })
  const run = async (ours: string | undefined, asked: string, headersSent = false) => {
    const middleware = publishKeysOnExpress(
      ours === undefined ? { keyRing } : { keyRing, path: ours },
    )
    return new Promise<string>((resolve) => {
      const response = {
        get headersSent() {
          queueMicrotask(() => resolve('left alone'))
          return headersSent
        },
        statusCode: 404,
        setHeader: () => undefined,
        end: () => resolve('answered'),
      }
      middleware({ method: 'GET', path: asked, headers: {} }, response, () => resolve('went on'))
    })
  }
  expect(await run('/jwks', '/jwks')).toBe('answered')
  expect(await run('/jwks', '/JWKS')).toBe('went on')
  expect(await run('/jwks', '/jwks/')).toBe('went on')
  expect(await run(undefined, '/anything')).toBe('answered')
  expect(await run('/jwks', '/jwks', true)).toBe('left alone')
})

test('our own remote key set reads what our handler serves', async () => {
  const keyRing = createKeyRing({ algorithm: 'EdDSA', now })
  const handler = publishKeys({ keyRing })
  const remote = createRemoteKeySet('https://login.example/jwks', {
    now,
    fetch: async (input) => handler(new Request(String(input))),
  })
  const { kid } = await keyRing.current()
  expect(await remote.find(kid)).toEqual(await keyRing.find(kid))
})

test('a handler without a ring, or with a misspelt option, is refused at start', () => {
  const keyRing = createKeyRing({ algorithm: 'ES256', now })
  for (const create of [publishKeys, publishKeysOnKoa, publishKeysOnExpress]) {
    for (const options of [undefined, {}, { keyRing: {} }, { keyRing, paths: '/x' }]) {
      expect(misconfiguration(() => create(options as never))).toBeDefined()
    }
  }
  for (const wrong of ['jwks', 7, '']) {
    for (const create of [publishKeysOnKoa, publishKeysOnExpress]) {
      expect(misconfiguration(() => create({ keyRing, path: wrong as never }))).toContain('slash')
    }
  }
})
