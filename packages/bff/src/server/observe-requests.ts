import type { ServerResponse } from 'node:http'
import { routes } from '@coatcheck/wire'
import type { Context, Middleware } from 'koa'
import type { Log } from '../log.ts'
import { clientAddress } from './client-address.ts'
import type { Metrics } from './create-metrics.ts'

/** An event stream never ends by itself; every other answer does. */
type AnswerKind = 'answer' | 'stream'

/** Requests under way, so that a shutdown can wait for them. */
export interface ActiveRequests {
  readonly count: () => number
  /** From now on every connection ends with its answer. */
  drain(): void
  /** Resolves when none is under way but event streams, which never end by themselves. */
  settled(): Promise<void>
}

interface ObserverOptions {
  readonly basePath: string
  readonly trustProxy: number | undefined
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => number
}

const ownRoutes: readonly string[] = Object.values(routes)

/** A name for counting: never the path itself, which has no bound. */
const routeOf = (ctx: Context, basePath: string): string => {
  if (!`${ctx.path}/`.startsWith(`${basePath}/`)) return String(ctx.state.route ?? 'none')
  const route = ownRoutes.find((known) => ctx.path === basePath + known)
  return route === undefined ? 'bff' : `bff${route}`
}

/** Keeps the answers under way; whoever waits is told whenever one of them is over. */
export const createActiveRequests = (): ActiveRequests & {
  begin(response: ServerResponse, kind: AnswerKind): void
} => {
  const active = new Map<ServerResponse, AnswerKind>()
  const waiting = new Set<() => void>()
  let isDraining = false

  const isIdle = () => [...active.values()].every((kind) => kind === 'stream')

  const wake = () => {
    if (!isIdle()) return
    for (const resolve of waiting) resolve()
    waiting.clear()
  }

  return {
    count: () => active.size,
    begin: (response, kind) => {
      active.set(response, kind)
      if (isDraining) response.shouldKeepAlive = false
      response.once('close', () => {
        active.delete(response)
        wake()
      })
    },
    drain: () => {
      isDraining = true
      for (const response of active.keys()) response.shouldKeepAlive = false
    },
    settled: () =>
      new Promise((resolve) => {
        waiting.add(resolve)
        wake()
      }),
  }
}

/** One log line and one observation a request, when its answer is over. */
export const observeRequests =
  (
    { basePath, trustProxy, log, metrics, now }: ObserverOptions,
    begin: (response: ServerResponse, kind: AnswerKind) => void,
  ): Middleware =>
  async (ctx, next) => {
    const startedAt = now()
    // Now: a socket that is closed has forgotten its peer.
    const client = clientAddress(ctx, trustProxy)
    begin(ctx.res, ctx.path === basePath + routes.events ? 'stream' : 'answer')
    ctx.res.once('close', () => {
      const { method } = ctx
      const route = routeOf(ctx, basePath)
      const status = ctx.res.statusCode
      const milliseconds = now() - startedAt
      metrics.countRequest({ route, method, status, seconds: milliseconds / 1000 })
      log.info(
        { event: 'http.request', route, method, status, milliseconds, client },
        'A request was answered.',
      )
    })
    await next()
  }
