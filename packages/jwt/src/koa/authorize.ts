import type { AuthorizeOptions } from '../guard/authorize.ts'
import { authorize as createAuthorize } from '../guard/authorize.ts'
import { misconfigured } from '../options.ts'
import { isRecord } from '../token/json.ts'
import type { VerifiedToken } from '../verifier.ts'
import type { GuardMiddleware } from './context.ts'
import { answerRefusal } from './context.ts'

const isVerifiedToken = (value: unknown): value is VerifiedToken =>
  isRecord(value) && isRecord(value.claims) && isRecord(value.header)

/**
 * Koa middleware that lets only tokens with this scope, role or kind of subject pass. It reads
 * `ctx.state.auth`, so `authenticate` must run before it; without, the request fails.
 *
 * @example
 * ```ts
 * router.get('/admin', authorize({ role: 'admin' }), listEverything)
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong or nothing is asked for
 */
export const authorize = (options: AuthorizeOptions): GuardMiddleware => {
  const check = createAuthorize(options)
  return async (ctx, next) => {
    const { auth } = ctx.state
    if (!isVerifiedToken(auth)) throw misconfigured('Mount authenticate before authorize.')
    const outcome = check(auth)
    if (outcome.kind === 'refused') return answerRefusal(ctx, outcome.refusal)
    await next()
  }
}
