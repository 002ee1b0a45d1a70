import type { AuthenticateOptions } from '../guard/authenticate.ts'
import { authenticate as createAuthenticate } from '../guard/authenticate.ts'
import { fromNodeRequest } from '../guard/node-request.ts'
import type { GuardHandler, GuardRequest, GuardResponse } from './exchange.ts'
import { answerRefusal, setHeaders } from './exchange.ts'

/**
 * Express middleware (5 and 4) that lets only requests with a valid access token pass. Behind it
 * `res.locals.auth` is `{ claims, header }` of the verified token, and `authOf(res)` the same with
 * its type; before, or on a refusal, it is not set. Put CORS before it, so that preflight requests
 * are answered without a token. A fault of the configuration goes to `next(error)`.
 *
 * @example
 * ```ts
 * app.use(authenticate({ verifier }))
 * app.get('/', (req, res) => res.json({ hello: authOf(res).claims.sub }))
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const authenticate = (options: AuthenticateOptions): GuardHandler => {
  const check = createAuthenticate(options)

  /** Whether the request may go on. */
  const admit = async (request: GuardRequest, response: GuardResponse): Promise<boolean> => {
    const { originalUrl: target, body } = request
    const outcome = await check(fromNodeRequest(request, { target, body }))
    if (outcome.kind === 'refused') {
      answerRefusal(response, outcome.refusal)
      return false
    }
    // Whoever has answered meanwhile has ended the request.
    if (response.headersSent) return false
    response.locals.auth = outcome.auth
    setHeaders(response, outcome)
    return true
  }

  return (request, response, next) => {
    admit(request, response).then((isAdmitted) => {
      if (isAdmitted) next()
    }, next)
  }
}
