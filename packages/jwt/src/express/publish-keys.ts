import { answerKeySet, requireKeyRing } from '../key-ring/answer-key-set.ts'
import type { KeyRing } from '../key-ring/key-ring-port.ts'
import { misconfigured, requireKnownOptions } from '../options.ts'
import type { Next } from './exchange.ts'

/** Options of {@link publishKeys}. */
export interface PublishKeysOptions {
  /** The ring whose public keys are published; from `createKeyRing`. */
  readonly keyRing: KeyRing
  /**
   * The one path to answer, such as `/.well-known/jwks.json`, below where the middleware is
   * mounted; all others go on. Default: every request that reaches the middleware, as behind
   * `app.all(path, …)`.
   */
  readonly path?: string
}

/** The part of Express's request that {@link publishKeys} uses. */
export interface PublishRequest {
  readonly method: string
  readonly path: string
  readonly headers: { readonly 'if-none-match'?: string | undefined }
}

/** The part of Express's response that {@link publishKeys} uses. */
export interface PublishResponse {
  readonly headersSent: boolean
  statusCode: number
  setHeader(name: string, value: string): unknown
  end(body?: string): unknown
}

/**
 * Express middleware (5 and 4) that publishes the public keys of a ring. It answers GET and HEAD
 * with `Cache-Control` and `ETag`, 304 to a client that has the set, and 503 while the ring's store
 * does not answer. A fault of the configuration goes to `next(error)`.
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
): ((request: PublishRequest, response: PublishResponse, next: Next) => void) => {
  requireKnownOptions(options, ['keyRing', 'path'], 'publishKeys')
  const { keyRing, path } = options
  requireKeyRing(keyRing)
  if (path !== undefined && !(typeof path === 'string' && path.startsWith('/'))) {
    throw misconfigured('path must begin with a slash.')
  }

  const answer = async (request: PublishRequest, response: PublishResponse): Promise<void> => {
    const ifNoneMatch = request.headers['if-none-match']
    const { method } = request
    const { status, headers, body } = await answerKeySet(keyRing, { method, ifNoneMatch })
    // Whoever has answered meanwhile has ended the request.
    if (response.headersSent) return
    response.statusCode = status
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    response.end(body)
  }

  return (request, response, next) => {
    if (path !== undefined && request.path !== path) next()
    else answer(request, response).catch(next)
  }
}
