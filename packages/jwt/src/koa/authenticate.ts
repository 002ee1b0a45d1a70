import type { AuthenticateOptions } from '../guard/authenticate.ts'
import { authenticate as createAuthenticate } from '../guard/authenticate.ts'
import type { GuardContext, GuardMiddleware } from './context.ts'
import { answerRefusal } from './context.ts'

/** All values of a header: node:http drops a second Authorization from its parsed headers. */
const readHeader = (rawHeaders: readonly string[], name: string): readonly string[] =>
  rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name)

const formMediaType = /^application\/x-www-form-urlencoded\s*(?:;|$)/i

/** The form body (RFC 6750, section 2.2), where a parser ran before. */
const readForm = ({ req, request }: GuardContext): unknown =>
  'body' in request && formMediaType.test(req.headers['content-type'] ?? '')
    ? request.body
    : undefined

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
    const outcome = await check({
      authorization: readHeader(ctx.req.rawHeaders, 'authorization'),
      form: readForm(ctx),
    })
    if (outcome.kind === 'refused') return answerRefusal(ctx, outcome.refusal)
    ctx.state.auth = outcome.auth
    await next()
  }
}
