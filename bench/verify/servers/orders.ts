import { createRemoteKeySet, createVerifier } from '@coatcheck/jwt'
import { authenticate, authorize } from '@coatcheck/jwt/koa'
import Koa from 'koa'
import { optionsOfParent } from '../../lib/child.ts'
import { serve } from '../../lib/serve.ts'
import { audience, issuer, type MeasuredAlgorithm } from '../material.ts'

/** What the API is told at its start. */
export interface OrdersOptions {
  readonly guard: 'none' | 'authenticate' | 'authenticate and authorize'
  readonly alg: MeasuredAlgorithm
  readonly jwksUrl: string
}

const { guard, alg, jwksUrl } = optionsOfParent<OrdersOptions>()

const orders = Array.from({ length: 20 }, (_, index) => ({
  id: `order-${1000 + index}`,
  placedAt: '2026-01-02T03:04:05.678Z',
  customer: { name: `Customer ${index}`, city: 'Zürich' },
  total: { amount: 1999 + index, currency: 'CHF' },
  status: index % 3 === 0 ? 'shipped' : 'open',
}))

const app = new Koa()
if (guard !== 'none') {
  const keys = createRemoteKeySet(jwksUrl)
  app.use(authenticate({ verifier: createVerifier({ issuer, audience, algorithms: [alg], keys }) }))
  if (guard === 'authenticate and authorize') app.use(authorize({ scope: 'orders:read' }))
}
app.use((ctx) => {
  if (ctx.path !== '/orders') return
  const page = Number(ctx.query.page ?? 1)
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { page, orders }
})

serve(app.callback())
