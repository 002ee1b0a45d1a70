import type { AuthorizeOptions } from '../guard/authorize.ts'
import { authorize as createAuthorize } from '../guard/authorize.ts'
import { requireAuth } from '../guard/require-auth.ts'
import type { GuardMiddleware } from './context.ts'
import { answerRefusal } from './context.ts'

/**
 * Koa middleware that lets only tokens with this scope, role, principal or login pass. It reads
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
    const outcome = check(requireAuth(ctx.state.auth))
    if (outcome.kind === 'refused') return answerRefusal(ctx, outcome.refusal)
    await next()
  }
}
