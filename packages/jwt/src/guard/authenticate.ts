import { JwtError } from '../errors.ts'
import { misconfigured, requireKnownOptions } from '../options.ts'
import type { VerifiedToken, Verifier } from '../verifier.ts'
import type { GuardedRequest } from './credentials.ts'
import { readCredentials } from './credentials.ts'
import type { GuardOptions } from './guard-options.ts'
import { readGuardOptions } from './guard-options.ts'
import type { Refusal, RefusalCode, RefusalDetails } from './refusal.ts'
import { refuse } from './refusal.ts'
import { coversScope, readScope } from './scope.ts'

/** Options of {@link authenticate}. */
export interface AuthenticateOptions extends GuardOptions {
  /** Verifies the tokens; from `createVerifier`. */
  readonly verifier: Verifier
  /**
   * Scope values every request needs; the same as an `authorize({ scope })` behind it. Challenges
   * then name them, so that a client knows what to ask for.
   */
  readonly scope?: string | readonly string[]
}

/** What {@link authenticate} decides. */
export type AuthenticateOutcome =
  | { readonly kind: 'authenticated'; readonly auth: VerifiedToken }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Decides who sends a request. Rejects only when the configuration is at fault. */
export type Authenticate = (request: GuardedRequest) => Promise<AuthenticateOutcome>

const optionNames = ['verifier', 'realm', 'scope', 'onRefused'] as const

/** Says which refusal an error is, and rethrows what no client caused. */
const classify = (error: unknown): readonly [RefusalCode, Partial<RefusalDetails>] => {
  if (!(error instanceof JwtError) || error.code === 'configuration_invalid') throw error
  const { code, retryAfterSeconds } = error
  if (code === 'keys_unavailable' || code === 'deny_list_unavailable') {
    return [code, { reason: code, retryAfterSeconds }]
  }
  return ['invalid_token', { reason: code }]
}

/**
 * Creates a check of a request's bearer token (RFC 6750), the same for every framework: it reads
 * the `Authorization` header and nothing else, and answers with a value, either the verified token
 * or a complete refusal. Bind it with an adapter such as `@coatcheck/jwt/koa`.
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const authenticate = (options: AuthenticateOptions): Authenticate => {
  requireKnownOptions(options, optionNames, 'authenticate')
  const { verifier } = options
  if (typeof verifier?.verify !== 'function') {
    throw misconfigured('authenticate needs a verifier; createVerifier makes one.')
  }
  const { realm, onRefused } = readGuardOptions(options)
  const scope = options.scope === undefined ? undefined : readScope(options.scope)

  const refused = (code: RefusalCode, details: Partial<RefusalDetails> = {}) => {
    const refusal = refuse(code, { realm, scope, ...details })
    onRefused(refusal)
    return { kind: 'refused', refusal } as const
  }

  return async (request) => {
    const credentials = readCredentials(request)
    if (credentials.kind === 'none') return refused('token_required')
    if (credentials.kind === 'malformed') return refused('invalid_request')
    let auth: VerifiedToken
    try {
      auth = await verifier.verify(credentials.token)
    } catch (error) {
      return refused(...classify(error))
    }
    // A token bound to a key is worth nothing without its proof (RFC 9449, section 7.2).
    if (auth.claims.cnf !== undefined) return refused('invalid_token', { reason: 'claim_invalid' })
    if (scope !== undefined && !coversScope(auth.claims.scope, scope))
      return refused('insufficient_scope')
    return { kind: 'authenticated', auth }
  }
}
