import type { AuthorizeOptions } from '../guard/authorize.ts'
import { authorize as createAuthorize } from '../guard/authorize.ts'
import type { GuardHandler } from './exchange.ts'
import { answerRefusal, authOf } from './exchange.ts'

/**
 * Express middleware (5 and 4) that lets only tokens with this scope, role, principal or login
 * pass. It reads `res.locals.auth`, so `authenticate` must run before it; without, the request ends
 * in the application's error handler.
 *
 * @example
 * ```ts
 * app.get('/admin', authorize({ role: 'admin' }), listEverything)
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong or nothing is asked for
 */
export const authorize = (options: AuthorizeOptions): GuardHandler => {
  const check = createAuthorize(options)
  return (_request, response, next) => {
    const outcome = check(authOf(response))
    if (outcome.kind === 'refused') answerRefusal(response, outcome.refusal)
    else next()
  }
}
