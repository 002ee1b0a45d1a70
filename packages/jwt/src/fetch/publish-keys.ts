import { answerKeySet, requireKeyRing } from '../key-ring/answer-key-set.ts'
import type { KeyRing } from '../key-ring/key-ring-port.ts'
import { requireKnownOptions } from '../options.ts'

/** Options of {@link publishKeys}. */
export interface PublishKeysOptions {
  /** The ring whose public keys are published; from `createKeyRing`. */
  readonly keyRing: KeyRing
}

/**
 * Creates a handler that publishes the public keys of a ring, for everything that speaks `Request`
 * and `Response`. Route one path to it, such as `/.well-known/jwks.json`. It answers GET and HEAD
 * with `Cache-Control` and `ETag`, 304 to a client that has the set, and 503 while the ring's
 * store does not answer.
 *
 * @example
 * ```ts
 * const publish = publishKeys({ keyRing })
 * export const GET = (request: Request): Promise<Response> => publish(request)
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const publishKeys = (
  options: PublishKeysOptions,
): ((request: Request) => Promise<Response>) => {
  requireKnownOptions(options, ['keyRing'], 'publishKeys')
  const { keyRing } = options
  requireKeyRing(keyRing)
  return async ({ method, headers: asked }) => {
    const ifNoneMatch = asked.get('if-none-match') ?? undefined
    const { status, headers, body } = await answerKeySet(keyRing, { method, ifNoneMatch })
    return new Response(body ?? null, { status, headers })
  }
}
