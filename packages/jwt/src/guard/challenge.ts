/** Authentication schemes that tokens are sent with (RFC 6750, section 2.1; RFC 9449, section 7.1). */
export type AuthScheme = 'Bearer' | 'DPoP'

/** Error codes of RFC 6750, section 3.1, RFC 9470, section 3, and RFC 9449, sections 7.1 and 9. */
export type ChallengeError =
  | 'invalid_request'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'insufficient_user_authentication'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'

/** Parameters of a challenge, in the order they are written. */
export interface Challenge {
  readonly scheme: AuthScheme
  readonly realm: string
  readonly error?: ChallengeError | undefined
  readonly description?: string | undefined
  /** Space-separated scope values that the resource needs. */
  readonly scope?: string | undefined
  /** Space-separated authentication contexts, the best first (RFC 9470, section 3). */
  readonly acrValues?: string | undefined
  /** Longest time since the user logged in, in seconds (RFC 9470, section 3). */
  readonly maxAgeSeconds?: number | undefined
  /** Space-separated algorithms that proofs may use (RFC 9449, section 7.1). */
  readonly algs?: string | undefined
}

const notPrintable = /[^\x20-\x7e]/g
const special = /["\\]/g

/** A quoted-string (RFC 9110, section 5.6.4). Controls and non-ASCII are dropped, never sent. */
const quoted = (value: string | number): string =>
  `"${String(value).replace(notPrintable, '').replace(special, '\\$&')}"`

/** One challenge of a `WWW-Authenticate` header (RFC 9110, section 11.6.1). */
export const formatChallenge = (challenge: Challenge): string => {
  const { scheme, realm, error, description, scope, acrValues, maxAgeSeconds, algs } = challenge
  const parameters = Object.entries({
    realm,
    error,
    error_description: description,
    scope,
    acr_values: acrValues,
    max_age: maxAgeSeconds,
    algs,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${quoted(value)}`]))
  return `${scheme} ${parameters.join(', ')}`
}
