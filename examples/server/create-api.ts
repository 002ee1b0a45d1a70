import { createRemoteKeySet, createVerifier } from '@coatcheck/jwt'
import { authenticate, authorize } from '@coatcheck/jwt/koa'
import cors from '@koa/cors'
import Koa from 'koa'

/** Scope of the orders API. */
export const ordersScope = 'orders:read'

/** What the API needs to know of the world. */
export interface ApiOptions {
  /** The provider whose tokens it accepts. */
  readonly issuer: string
  /** Its own identifier, which a token must name in `aud`. */
  readonly audience: string
  /** The one origin whose pages may call it. */
  readonly appOrigin: string
}

const orders = [
  { number: 'A-1042', item: 'Wool overcoat' },
  { number: 'A-1057', item: 'Umbrella, black' },
  { number: 'A-1063', item: 'Cashmere scarf' },
] as const

/** An API with one route, `/orders`, for whoever brings a token of the provider's. */
export const createApi = ({ issuer, audience, appOrigin }: ApiOptions): Koa => {
  const verifier = createVerifier({
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: createRemoteKeySet(`${issuer}/jwks`),
  })
  const api = new Koa()
  api.use(cors({ origin: appOrigin, allowMethods: ['GET'], allowHeaders: ['Authorization'] }))
  api.use(authenticate({ verifier, realm: 'orders' }))
  api.use(authorize({ scope: ordersScope }))
  api.use((ctx) => {
    ctx.set('Cache-Control', 'no-store')
    if (ctx.method === 'GET' && ctx.path === '/orders') ctx.body = { orders }
  })
  return api
}
