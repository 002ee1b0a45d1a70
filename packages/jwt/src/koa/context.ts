import type { Refusal } from '../guard/refusal.ts'

/**
 * The part of Koa's context that the guards use. Koa itself is not imported, so any version that
 * has these members will do.
 */
export interface GuardContext {
  readonly req: {
    readonly rawHeaders: readonly string[]
    readonly headers: { readonly 'content-type'?: string | undefined }
  }
  readonly request: object
  readonly state: Record<string, unknown>
  status: number
  body: unknown
  set(name: string, value: string): void
  append(name: string, value: string | string[]): void
}

/** A Koa middleware. */
export type GuardMiddleware = (ctx: GuardContext, next: () => Promise<unknown>) => Promise<void>

/** Writes a refusal as the answer. */
export const answerRefusal = (ctx: GuardContext, refusal: Refusal): void => {
  ctx.status = refusal.status
  ctx.body = JSON.stringify(refusal.body)
  for (const [name, value] of Object.entries(refusal.headers)) ctx.set(name, value)
  for (const name of refusal.exposeHeaders) ctx.append('Access-Control-Expose-Headers', name)
}
