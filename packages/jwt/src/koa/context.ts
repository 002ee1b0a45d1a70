import type { AnswerHeaders } from '../guard/authenticate.ts'
import type { NodeRequest } from '../guard/node-request.ts'
import type { Refusal } from '../guard/refusal.ts'

/**
 * The part of Koa's context that the guards use. Koa itself is not imported, so any version that
 * has these members will do.
 */
export interface GuardContext {
  readonly req: NodeRequest
  readonly request: object
  /** Path and query as they were sent, which a mounted application does not shorten. */
  readonly originalUrl: string
  readonly state: Record<string, unknown>
  status: number
  body: unknown
  set(name: string, value: string): void
  append(name: string, value: string | string[]): void
}

/** A Koa middleware. */
export type GuardMiddleware = (ctx: GuardContext, next: () => Promise<unknown>) => Promise<void>

/** Sets headers, and lets pages of other origins read those they need. */
export const setHeaders = (ctx: GuardContext, { headers, exposeHeaders }: AnswerHeaders): void => {
  for (const [name, value] of Object.entries(headers)) ctx.set(name, value)
  for (const name of exposeHeaders) ctx.append('Access-Control-Expose-Headers', name)
}

/** Writes a refusal as the answer. */
export const answerRefusal = (ctx: GuardContext, refusal: Refusal): void => {
  ctx.status = refusal.status
  ctx.body = JSON.stringify(refusal.body)
  setHeaders(ctx, refusal)
}
