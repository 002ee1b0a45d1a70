import type { Store } from '@coatcheck/store'
import Koa, { type Context, type Middleware } from 'koa'
import type { Bff } from '../create-bff.ts'
import type { Log } from '../log.ts'
import { within } from '../within.ts'
import type { Metrics } from './create-metrics.ts'
import { endSessions } from './end-sessions.ts'
import { guardOperators } from './operators-guard.ts'

interface OperatorsAppOptions {
  readonly bearerToken: string | undefined
  readonly store: Store
  readonly metrics: Metrics
  readonly bff: Pick<Bff, 'endSessions'>
  readonly log: Log
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

interface Route {
  readonly method: 'GET' | 'DELETE'
  readonly answer: (ctx: Context, options: OperatorsAppOptions) => Promise<void>
}

const table: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/livez', { method: 'GET', answer: async (ctx) => say(ctx, 200, 'ok') }],
  ['/readyz', { method: 'GET', answer: readyz }],
  ['/metrics', { method: 'GET', answer: metricsAnswer }],
  ['/admin/sessions', { method: 'DELETE', answer: endSessions }],
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
    const route = table.get(ctx.path)
    if (route === undefined) return ctx.throw(404)
    if (ctx.method !== route.method) {
      ctx.set('Allow', route.method)
      ctx.status = 405
      return
    }
    await route.answer(ctx, options)
  })
  return app
}
