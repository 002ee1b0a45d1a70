import type { Store } from '@coatcheck/store'
import Koa, { type Context, type Middleware } from 'koa'
import type { Metrics } from './create-metrics.ts'
import { guardOperators } from './operators-guard.ts'
import { within } from './within.ts'

interface OperatorsAppOptions {
  readonly bearerToken: string | undefined
  readonly store: Store
  readonly metrics: Metrics
  /** Whether the server is on its way out. */
  readonly isDraining: () => boolean
}

/** A check that takes longer would itself be the outage. */
const storeCheckMs = 2_000

const isStoreThere = (store: Store): Promise<boolean> =>
  within(
    storeCheckMs,
    store.get('readiness').then(
      () => true,
      () => false,
    ),
    false,
  )

const say = (ctx: Context, status: 200 | 503, word: string): void => {
  ctx.status = status
  ctx.body = { status: word }
  if (status === 503) ctx.set('Retry-After', '5')
}

const readyz = async (ctx: Context, { store, isDraining }: OperatorsAppOptions): Promise<void> => {
  if (isDraining()) return say(ctx, 503, 'draining')
  if (!(await isStoreThere(store))) return say(ctx, 503, 'store_unavailable')
  say(ctx, 200, 'ok')
}

const metricsAnswer = async (ctx: Context, { metrics }: OperatorsAppOptions): Promise<void> => {
  const { type, text } = await metrics.read()
  ctx.set('Content-Type', type)
  ctx.body = text
}

const table: ReadonlyMap<string, (ctx: Context, options: OperatorsAppOptions) => Promise<void>> =
  new Map([
    ['/livez', async (ctx: Context) => say(ctx, 200, 'ok')],
    ['/readyz', readyz],
    ['/metrics', metricsAnswer],
  ])

/** The operators' own application, on its own port. */
export const createOperatorsApp = (options: OperatorsAppOptions): Koa => {
  const app = new Koa()
  // What a refusal says is its status; what fails here is for the process's own log.
  app.silent = true
  const safe: Middleware = async (ctx, next) => {
    ctx.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
    await next()
  }
  app.use(safe)
  app.use(guardOperators(options.bearerToken))
  app.use(async (ctx) => {
    const answer = table.get(ctx.path)
    if (answer === undefined) return ctx.throw(404)
    if (ctx.method !== 'GET') {
      ctx.set('Allow', 'GET')
      ctx.status = 405
      return
    }
    await answer(ctx, options)
  })
  return app
}
