import { createRemoteKeySet, createVerifier, type VerifiedToken } from '@coatcheck/jwt'
import { authenticate, authorize } from '@coatcheck/jwt/koa'
import cors from '@koa/cors'
import Router from '@koa/router'
import Koa, { type Middleware } from 'koa'
import { createBreakableVerifier } from './breakable-verifier.ts'
import { createReport, ordersOf } from './orders.ts'

/** Scope of the orders API. */
export const ordersScope = 'orders:read'

/** What the orders API needs to know of the world. */
export interface OrdersApiOptions {
  /** The provider whose tokens it accepts. */
  readonly issuer: string
  /** Its own identifier, which a token must name in `aud`. */
  readonly audience: string
  /** The one origin whose pages may call it. */
  readonly appOrigin: string
}

interface Guarded {
  readonly auth: VerifiedToken
}

const safeHeaders: Middleware = async (ctx, next) => {
  ctx.set({
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options': 'nosniff',
  })
  await next()
}

/** An ordinary API: it knows the provider's keys and its own name, and nothing of the BFF. */
export const createOrdersApi = ({ issuer, audience, appOrigin }: OrdersApiOptions): Koa => {
  const strict = createVerifier({
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: createRemoteKeySet(`${issuer}/jwks`),
  })
  const { verifier, breakToken } = createBreakableVerifier(strict)
  const guard = authenticate({ verifier, realm: 'orders' })

  const router = new Router<Guarded>()
  router.get('/orders', guard, authorize({ scope: ordersScope }), (ctx) => {
    ctx.body = { orders: ordersOf(ctx.state.auth.claims.sub) }
  })
  router.get('/admin/report', guard, authorize({ role: 'admin' }), (ctx) => {
    ctx.body = createReport()
  })
  // Whoever presses the button twice breaks one token, not the one that replaced it as well.
  router.post('/demo/break-token', authenticate({ verifier: strict, realm: 'orders' }), (ctx) => {
    breakToken(ctx.state.auth.claims)
    ctx.status = 204
  })

  const api = new Koa()
  api.use(safeHeaders)
  // The guard itself exposes WWW-Authenticate on what it refuses.
  api.use(
    cors({
      origin: appOrigin,
      allowMethods: ['GET', 'POST'],
      allowHeaders: ['Authorization'],
      maxAge: 600,
    }),
  )
  api.use(router.routes())
  api.use(router.allowedMethods())
  return api
}
