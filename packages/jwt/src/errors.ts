/**
 * Why a token, a key or a configuration was refused. Precise for the caller's own log and metrics;
 * what an API answers its client is deliberately coarser (see `authenticate`).
 *
 * | code | meaning | at an API |
 * |---|---|---|
 * | `token_malformed` | not one compact JWS made of strict base64url, UTF-8 and JSON | 401 |
 * | `header_unsupported` | the header asks for what an access token never needs: `crit`, `b64`, `zip`, an embedded key | 401 |
 * | `algorithm_not_allowed` | `alg` is not listed, or not the one tied to the key | 401 |
 * | `typ_mismatch` | another kind of token, or one that does not say its kind | 401 |
 * | `key_unknown` | `kid` is missing or names no configured key | 401 |
 * | `signature_invalid` | the signature does not verify | 401 |
 * | `claim_missing` | a required claim is absent | 401 |
 * | `claim_invalid` | a claim is of the wrong type, too long, or contradicts another | 401 |
 * | `claim_mismatch` | `iss` or `aud` names somebody else | 401 |
 * | `token_expired` | `exp` has passed | 401 |
 * | `token_not_yet_valid` | `nbf` or `iat` lies in the future | 401 |
 * | `token_denied` | the deny list names the token, or its subject with a later instant | 401 |
 * | `keys_unavailable` | the key server cannot be reached and no usable key is held | 503 |
 * | `deny_list_unavailable` | the deny list cannot be read or written; nothing is accepted unread | 503 |
 * | `store_unavailable` | the store of refresh tokens cannot be reached; the change may have happened or not | - |
 * | `decryption_failed` | a sealed text was changed, or belongs to another key or place | - |
 * | `signing_refused` | what a signer was asked to sign breaks its rules | - |
 * | `configuration_invalid` | an option or a configured key is wrong; thrown at start | - |
 */
export type JwtErrorCode =
  | 'token_malformed'
  | 'header_unsupported'
  | 'algorithm_not_allowed'
  | 'typ_mismatch'
  | 'key_unknown'
  | 'signature_invalid'
  | 'claim_missing'
  | 'claim_invalid'
  | 'claim_mismatch'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_denied'
  | 'keys_unavailable'
  | 'deny_list_unavailable'
  | 'store_unavailable'
  | 'decryption_failed'
  | 'signing_refused'
  | 'configuration_invalid'

/** What a {@link JwtError} may add to its code. None of it is taken from a token's values. */
export interface JwtErrorDetails {
  /** Name of the registered claim at fault, such as `'exp'`. */
  readonly claim?: string
  /** Seconds until another attempt makes sense, with `keys_unavailable` and `deny_list_unavailable`. */
  readonly retryAfterSeconds?: number
}

/**
 * The only error this package throws or rejects with. Neither its message nor its members hold any
 * part of a token, a claim's value, a key or a URL.
 */
export class JwtError extends Error {
  readonly code: JwtErrorCode
  /** Name of the claim at fault, where there is one. */
  readonly claim: string | undefined
  /** Seconds until another attempt makes sense, with `keys_unavailable` and `deny_list_unavailable`. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: JwtErrorCode, message: string, details: JwtErrorDetails = {}) {
    super(message)
    this.name = 'JwtError'
    this.code = code
    this.claim = details.claim
    this.retryAfterSeconds = details.retryAfterSeconds
  }
}
