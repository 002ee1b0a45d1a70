import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { createRemoteKeySet } from '../keys/remote-key-set.ts'
import { everyAttempt } from '../testing/hostile/index.ts'
import { makeVerifier } from '../testing/refusal.ts'
import { canary, makeToken, now } from '../testing/tokens.ts'
import type { VerifiedToken } from '../verifier.ts'
import { authenticate } from './authenticate.ts'
import { authorize } from './authorize.ts'

const verifier = makeVerifier()

interface Reply {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

type Send = (options?: {
  readonly path?: string
  readonly method?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly body?: string
}) => Promise<Reply>

/** Listens on loopback until the test ends; `send` speaks plain http, two equal headers included. */
const listen = async (app: Koa): Promise<Send> => {
  app.silent = true
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return ({ path = '/', method = 'GET', headers = [], body = '' } = {}) =>
    new Promise((resolve, reject) => {
      const all = [['host', 'api.example'], ...headers].flat()
      const sent = request({ port, path, method, headers: all as never, agent: false })
      sent.on('error', reject)
      sent.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
        )
      })
      sent.end(body)
    })
}

interface Seen {
  readonly state: Record<string, unknown>[]
}

/** An API whose one route answers with what the guard has left in the state. */
const setUp = async (
  ...middleware: readonly Koa.Middleware[]
): Promise<{ readonly send: Send; readonly seen: Seen }> => {
  const app = new Koa()
  const seen: Seen = { state: [] }
  app.use(async (ctx, next) => {
    await next()
    seen.state.push(ctx.state)
  })
  for (const each of middleware) app.use(each)
  app.use((ctx) => {
    const { claims, header } = ctx.state.auth as VerifiedToken
    ctx.body = { sub: claims.sub, alg: header.alg }
  })
  return { send: await listen(app), seen }
}

const bearer = (token: string): readonly [string, string] => ['Authorization', `Bearer ${token}`]

test('a route behind the guard sees the claims and header of the token', async () => {
  const { send } = await setUp(authenticate({ verifier }))
  const reply = await send({ headers: [bearer(makeToken())] })
  expect(reply.status).toBe(200)
  expect(JSON.parse(reply.body)).toEqual({ sub: canary, alg: 'ES256' })
  expect(reply.headers['www-authenticate']).toBeUndefined()
})

test('J82 a request without credentials gets the whole answer, and the route is not reached', async () => {
  const { send, seen } = await setUp(authenticate({ verifier, realm: 'orders' }))
  const { status, headers, body } = await send()
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe('Bearer realm="orders"')
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['content-type']).toBe('application/problem+json')
  expect(headers['access-control-expose-headers']).toBe('WWW-Authenticate')
  expect(JSON.parse(body)).toEqual({
    type: 'about:blank',
    title: 'An access token is required',
    status: 401,
    code: 'token_required',
  })
  expect(seen.state).toEqual([{}])
})

test('J82 the challenge is exposed beside what the app exposes already', async () => {
  const exposing: Koa.Middleware = (ctx, next) => {
    ctx.set('Access-Control-Allow-Origin', 'https://app.example')
    ctx.set('Access-Control-Expose-Headers', 'X-Request-Id,ETag')
    return next()
  }
  const { send } = await setUp(exposing, authenticate({ verifier }))
  const exposed = (await send()).headers['access-control-expose-headers']
  expect(String(exposed).split(/, ?/)).toEqual(['X-Request-Id', 'ETag', 'WWW-Authenticate'])
})

test('J81 two Authorization headers are noticed although node:http hides the second', async () => {
  const { send } = await setUp(authenticate({ verifier }))
  const good = bearer(makeToken())
  expect((await send({ headers: [good, good] })).status).toBe(400)
  expect((await send({ headers: [good, ['authorization', 'Basic YTpi']] })).status).toBe(400)
  expect((await send({ headers: [['AUTHORIZATION', 'x'], good] })).status).toBe(400)
})

test('J81 a token in the query is ignored', async () => {
  const { send } = await setUp(authenticate({ verifier }))
  const path = `/?access_token=${makeToken()}`
  const alone = await send({ path })
  expect(alone.status).toBe(401)
  expect(alone.headers['www-authenticate']).toBe('Bearer realm="api"')
  expect((await send({ path, headers: [bearer(makeToken())] })).status).toBe(200)
  expect((await send({ path, headers: [bearer('abc')] })).status).toBe(401)
})

test('J81 a token in a parsed form is refused beside the header, and not taken alone', async () => {
  const parse: Koa.Middleware = async (ctx, next) => {
    Object.assign(ctx.request, { body: { access_token: makeToken(), a: '1' } })
    await next()
  }
  const { send } = await setUp(parse, authenticate({ verifier }))
  const form = ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'] as const
  const both = await send({ method: 'POST', headers: [bearer(makeToken()), form], body: 'a=1' })
  expect(both.status).toBe(400)
  expect(both.headers['www-authenticate']).toContain('error="invalid_request"')
  expect((await send({ method: 'POST', headers: [form], body: 'a=1' })).status).toBe(401)
  const json = ['Content-Type', 'application/json'] as const
  const other = await send({ method: 'POST', headers: [bearer(makeToken()), json], body: '{}' })
  expect(other.status).toBe(200)
})

test('J84 a cookie is no bearer token', async () => {
  const { send } = await setUp(authenticate({ verifier }))
  for (const name of ['access_token', 'token', 'jwt', 'Authorization', '__Host-access_token']) {
    const reply = await send({ headers: [['Cookie', `${name}=${makeToken()}`]] })
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([401, 'Bearer realm="api"'])
  }
})

test('J84 headers that proxies and other frameworks read are no bearer tokens', async () => {
  const { send } = await setUp(authenticate({ verifier }))
  for (const name of [
    'X-Access-Token',
    'X-Forwarded-Access-Token',
    'Proxy-Authorization',
    'X-Auth-Token',
  ]) {
    expect((await send({ headers: [[name, `Bearer ${makeToken()}`]] })).status).toBe(401)
  }
})

test('J16 hostile tokens leave the state untouched and no trace in the answer', async () => {
  const { send, seen } = await setUp(authenticate({ verifier }))
  // Only what fits the header limits of node:http and survives its trimming.
  const attempts = everyAttempt('http://127.0.0.1:9').filter(
    ([, , token]) =>
      token.length < 12_000 && /^[\x20-\x7e]*$/.test(token) && token.trim() === token,
  )
  const bodies = new Set<string>()
  for (let index = 0; index < attempts.length; index += 50) {
    const replies = await Promise.all(
      attempts.slice(index, index + 50).map(([, , token]) => send({ headers: [bearer(token)] })),
    )
    for (const { status, body, headers } of replies) {
      expect([400, 401]).toContain(status)
      expect(headers['www-authenticate']).toMatch(
        /^Bearer realm="api", error="invalid_(token|request)"/,
      )
      bodies.add(body)
    }
  }
  expect(attempts.length).toBeGreaterThan(600)
  expect(bodies.size).toBe(2)
  expect([...bodies].join()).not.toContain(canary)
  expect(seen.state.every((state) => Object.keys(state).length === 0)).toBe(true)
})

test('J30 authorize lets only sufficient tokens pass', async () => {
  const { send } = await setUp(
    authenticate({ verifier }),
    authorize({ scope: 'orders:read', role: 'admin', principal: 'user' }),
  )
  const get = (claims: Record<string, unknown>) =>
    send({ headers: [bearer(makeToken({ claims }))] })
  expect((await get({ roles: ['admin'] })).status).toBe(200)
  const user = await get({})
  expect([user.status, JSON.parse(user.body).code]).toEqual([403, 'insufficient_role'])
  expect(user.headers['www-authenticate']).toBeUndefined()
  const other = await get({ roles: ['admin'], scope: 'x' })
  expect(other.status).toBe(403)
  expect(other.headers['www-authenticate']).toContain('error="insufficient_scope"')
  expect(other.headers['www-authenticate']).toContain('scope="orders:read"')
  const client = await get({ roles: ['admin'], sub: 'spa' })
  expect([client.status, JSON.parse(client.body).code]).toEqual([403, 'user_required'])
})

test('J30 authorize without authenticate before it lets nothing pass, and says what is wrong', async () => {
  const errors: unknown[] = []
  const record: Koa.Middleware = async (_, next) => {
    await next().catch((error) => {
      errors.push(error)
      throw error
    })
  }
  for (const auth of [undefined, null, 'x', {}, { claims: {} }, { claims: null, header: {} }]) {
    const set: Koa.Middleware = (ctx, next) => {
      ctx.state.auth = auth
      return next()
    }
    const { send } = await setUp(record, set, authorize({ role: 'admin' }))
    const headers = [bearer(makeToken({ claims: { roles: ['admin'] } }))]
    expect((await send({ headers })).status).toBe(500)
  }
  expect(errors.length).toBe(6)
  for (const error of errors) expect(error).toMatchObject({ code: 'configuration_invalid' })
})

test('J39 an API whose issuer is down answers 503, not 401', async () => {
  const keys = createRemoteKeySet('https://login.example/jwks', {
    now,
    fetch: async () => {
      throw new TypeError('fetch failed')
    },
  })
  const { send, seen } = await setUp(authenticate({ verifier: makeVerifier({ keys }) }))
  const { status, headers, body } = await send({ headers: [bearer(makeToken())] })
  expect(status).toBe(503)
  expect(headers['retry-after']).toBe('1')
  expect(headers['www-authenticate']).toBeUndefined()
  expect(headers['access-control-expose-headers']).toBe('Retry-After')
  expect(JSON.parse(body).code).toBe('keys_unavailable')
  expect(seen.state).toEqual([{}])
})
