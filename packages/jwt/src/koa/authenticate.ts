import type { AuthenticateOptions } from '../guard/authenticate.ts'
import { authenticate as createAuthenticate } from '../guard/authenticate.ts'
import { fromNodeRequest } from '../guard/node-request.ts'
import type { GuardMiddleware } from './context.ts'
import { answerRefusal, setHeaders } from './context.ts'

/**
 * Koa middleware that lets only requests with a valid access token pass. Behind it
 * `ctx.state.auth` is `{ claims, header }` of the verified token; before, or on a refusal, it is
 * not set. Put CORS before it, so that preflight requests are answered without a token.
 *
 * @example
 * ```ts
 * app.use(authenticate({ verifier }))
 * app.use((ctx) => {
 *   ctx.body = { hello: ctx.state.auth.claims.sub }
 * })
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const authenticate = (options: AuthenticateOptions): GuardMiddleware => {
  const check = createAuthenticate(options)
  return async (ctx, next) => {
    const body = 'body' in ctx.request ? ctx.request.body : undefined
    const outcome = await check(fromNodeRequest(ctx.req, { target: ctx.originalUrl, body }))
    if (outcome.kind === 'refused') return answerRefusal(ctx, outcome.refusal)
    ctx.state.auth = outcome.auth
    setHeaders(ctx, outcome)
    await next()
  }
}
