import express5 from 'express'
import express4 from 'express4'
import { describe, expect, test } from 'vitest'
import { JwtError } from '../errors.ts'
import { serve } from '../testing/guarded-apis.ts'
import { makeVerifier } from '../testing/refusal.ts'
import { canary, makeToken } from '../testing/tokens.ts'
import type { Verifier } from '../verifier.ts'
import type { GuardResponse } from './index.ts'
import { authenticate, authOf, authorize } from './index.ts'

const verifier = makeVerifier()

const bearer = (token: string): readonly [string, string] => ['Authorization', `Bearer ${token}`]

/** A verifier whose answer comes when the test says so. */
const makeSlowVerifier = () => {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const slow: Verifier = {
    verify: async (token) => {
      await released
      return verifier.verify(token)
    },
  }
  return { slow, release }
}

test('the types of both lines of Express take the guards as they are', () => {
  express5().use(authenticate({ verifier }), authorize({ scope: 'a' }))
  express4().use(authenticate({ verifier }), authorize({ scope: 'a' }))
  express5().get('/', authenticate({ verifier }), (_, response) => {
    response.json(authOf(response).claims)
  })
  express4().get('/', authenticate({ verifier }), (_, response) => {
    response.json(authOf(response).claims)
  })
})

describe.each([
  ['5', express5],
  ['4', express4 as unknown as typeof express5],
])('Express %s', (_, express) => {
  /** An application that records what reaches its error handler. */
  const makeApp = () => {
    const app = express()
    const errors: unknown[] = []
    const finish = () => {
      const onError: express5.ErrorRequestHandler = (error, _request, response, next) => {
        errors.push(error)
        if (response.headersSent) next(error)
        else response.status(500).end('failed')
      }
      app.use(onError)
      return serve(app)
    }
    return { app, errors, finish }
  }

  test('J16 the token is in locals for the route, and not before or after a refusal', async () => {
    const { app, finish } = makeApp()
    const seen: unknown[] = []
    app.use((_request, response, next) => {
      response.on('finish', () => seen.push(response.locals.auth))
      next()
    })
    app.use(authenticate({ verifier }))
    app.use((_request, response) => {
      response.end(String(authOf(response).claims.sub))
    })
    const send = await finish()
    expect((await send({ headers: [bearer('abc')] })).status).toBe(401)
    expect(seen).toEqual([undefined])
    expect((await send({ headers: [bearer(makeToken())] })).body).toBe(canary)
    expect(seen[1]).toMatchObject({ claims: { sub: canary } })
  })

  test('J41 a fault of the configuration goes to the error handler, once, and to no client', async () => {
    const { app, errors, finish } = makeApp()
    const broken: Verifier = {
      verify: async () => {
        throw new JwtError('configuration_invalid', `No keys, said ${canary}.`)
      },
    }
    app.use(authenticate({ verifier: broken }))
    const reply = await (await finish())({ headers: [bearer(makeToken())] })
    expect([reply.status, reply.body]).toEqual([500, 'failed'])
    expect(errors).toMatchObject([{ code: 'configuration_invalid' }])
  })

  test('J41 even a verifier that fails with something else lets nothing pass', async () => {
    const { app, errors, finish } = makeApp()
    app.use(authenticate({ verifier: { verify: () => Promise.reject(new Error('down')) } }))
    app.use((_request, response) => {
      response.end('reached')
    })
    const reply = await (await finish())({ headers: [bearer(makeToken())] })
    expect([reply.status, reply.body]).toEqual([500, 'failed'])
    expect(errors.length).toBe(1)
  })

  test.each([
    ['a good token', makeToken()],
    ['a bad one', 'abc'],
  ])('whoever answers while %s is verified has the only word', async (_, token) => {
    const { app, errors, finish } = makeApp()
    const { slow, release } = makeSlowVerifier()
    let reached = 0
    app.use((_request, response, next) => {
      next()
      response.status(504).end('too late', () => release())
    })
    app.use(authenticate({ verifier: slow }))
    app.use(() => {
      reached += 1
    })
    const send = await finish()
    const reply = await send({ headers: [bearer(token)] })
    expect([reply.status, reply.body]).toEqual([504, 'too late'])
    expect((await send({ headers: [bearer(token)] })).status).toBe(504)
    expect([reached, errors]).toEqual([0, []])
  })

  test('J30 authorize without authenticate before it lets nothing pass, and says what is wrong', async () => {
    const { app, errors, finish } = makeApp()
    app.use(authorize({ role: 'admin' }))
    const reply = await (await finish())({ headers: [bearer(makeToken())] })
    expect(reply.status).toBe(500)
    expect(errors).toMatchObject([{ code: 'configuration_invalid' }])
  })

  test('J82 the challenge is exposed beside what the app exposes already', async () => {
    for (const before of ['X-Request-Id, ETag', ['X-Request-Id', 'ETag']]) {
      const { app, finish } = makeApp()
      app.use((_request, response, next) => {
        response.setHeader('Access-Control-Expose-Headers', before)
        next()
      })
      app.use(authenticate({ verifier }))
      const { headers } = await (await finish())({})
      expect(headers['access-control-expose-headers']).toBe('X-Request-Id, ETag, WWW-Authenticate')
    }
  })

  test('an error of the route is the route’s, and does not come back to the guard', async () => {
    const { app, errors, finish } = makeApp()
    app.use(authenticate({ verifier }))
    app.use(() => {
      throw new Error('route')
    })
    const reply = await (await finish())({ headers: [bearer(makeToken())] })
    expect(reply.status).toBe(500)
    expect(errors).toMatchObject([{ message: 'route' }])
  })
})

test('J30 authOf of an unguarded response says what is missing', () => {
  const response = { locals: { auth: { claims: {} } } } as unknown as GuardResponse
  expect(() => authOf(response)).toThrow('Mount authenticate before')
})
