import { answerKeySet, requireKeyRing } from '../key-ring/answer-key-set.ts'
import type { KeyRing } from '../key-ring/key-ring-port.ts'
import { misconfigured, requireKnownOptions } from '../options.ts'

/** Options of {@link publishKeys}. */
export interface PublishKeysOptions {
  /** The ring whose public keys are published; from `createKeyRing`. */
  readonly keyRing: KeyRing
  /**
   * The one path to answer, such as `/.well-known/jwks.json`; all others go on. Default: every
   * request that reaches the middleware, as behind a router.
   */
  readonly path?: string
}

/** The part of Koa's context that {@link publishKeys} uses. */
export interface PublishContext {
  readonly method: string
  readonly path: string
  status: number
  body: unknown
  get(name: string): string
  set(headers: Record<string, string>): void
}

/**
 * Koa middleware that publishes the public keys of a ring. It answers GET and HEAD with
 * `Cache-Control` and `ETag`, 304 to a client that has the set, and 503 while the ring's store does
 * not answer.
 *
 * @example
 * ```ts
 * app.use(publishKeys({ keyRing, path: '/.well-known/jwks.json' }))
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const publishKeys = (
  options: PublishKeysOptions,
): ((ctx: PublishContext, next: () => Promise<unknown>) => Promise<void>) => {
  requireKnownOptions(options, ['keyRing', 'path'], 'publishKeys')
  const { keyRing, path } = options
  requireKeyRing(keyRing)
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) {
    throw misconfigured('path must begin with a slash.')
  }
  return async (ctx, next) => {
    if (path !== undefined && ctx.path !== path) {
      await next()
      return
    }
    const ifNoneMatch = ctx.get('if-none-match') || undefined
    const { status, headers, body } = await answerKeySet(keyRing, {
      // Koa itself keeps the body from a HEAD answer, and counts its length.
      method: ctx.method === 'HEAD' ? 'GET' : ctx.method,
      ifNoneMatch,
    })
    ctx.status = status
    ctx.body = body ?? null
    ctx.set({ ...headers })
  }
}
