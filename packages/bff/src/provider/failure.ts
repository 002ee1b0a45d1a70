import type { LoginOutcome } from '@coatcheck/wire'
import * as oidc from 'openid-client'

/** Why the provider could not be used; none of these ends a session. */
export interface ProviderFailure {
  readonly code: 'provider_unavailable' | 'provider_rejected_client' | 'provider_error'
  readonly retryAfterSeconds?: number
}

/** Error codes that blame this client's registration or credentials (RFC 6749, section 5.2). */
const clientErrors = ['invalid_client', 'unauthorized_client']

/** Error codes that a later attempt may not meet (RFC 6749, section 4.1.2.1). */
const transientErrors = ['temporarily_unavailable', 'server_error', 'slow_down']

/** The class of an OAuth error code other than `invalid_grant`. */
export const classifyErrorCode = (error: string): ProviderFailure['code'] => {
  if (clientErrors.includes(error)) return 'provider_rejected_client'
  return transientErrors.includes(error) ? 'provider_unavailable' : 'provider_error'
}

const codeOf = (failure: Error): string => ('code' in failure ? String(failure.code) : '')

/** The metadata cannot be used as it is; asking once more will not help. */
const metadataFaults = [
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED',
  'OAUTH_MISSING_SERVER_METADATA',
  'OAUTH_INVALID_SERVER_METADATA',
  'OAUTH_HTTP_REQUEST_FORBIDDEN',
  'OAUTH_REQUEST_PROTOCOL_FORBIDDEN',
]

/** Thrown when the provider's metadata would send someone where it is not safe to go. */
export class ProviderMetadataError extends Error {
  readonly code = 'OAUTH_INVALID_SERVER_METADATA'
  override readonly name = 'ProviderMetadataError'
}

/** What a request to the provider that was thrown back says about the provider. */
export const classifyProviderFailure = (failure: unknown): ProviderFailure['code'] => {
  if (failure instanceof oidc.ResponseBodyError) {
    return failure.status >= 500 || failure.status === 429
      ? 'provider_unavailable'
      : classifyErrorCode(failure.error)
  }
  // A 401 with WWW-Authenticate has its error code in the challenge, if anywhere.
  if (failure instanceof oidc.WWWAuthenticateChallengeError) return 'provider_rejected_client'
  const isMetadataFault = failure instanceof Error && metadataFaults.includes(codeOf(failure))
  return isMetadataFault ? 'provider_error' : 'provider_unavailable'
}

/** What openid-client says of an ID token or a token answer that does not hold up. */
const identityFaults = [
  'OAUTH_INVALID_RESPONSE',
  'OAUTH_JWT_CLAIM_COMPARISON_FAILED',
  'OAUTH_JWT_TIMESTAMP_CHECK_FAILED',
  'OAUTH_KEY_SELECTION_FAILED',
  'OAUTH_UNSUPPORTED_OPERATION',
  // The signature is not base64url.
  'ERR_INVALID_ARG_VALUE',
]

/**
 * Whether an ID token could not even be read. The library has one code for that and for a body that
 * is not JSON, which is no more than an outage; only its message tells them apart.
 */
const isUnreadableJwt = ({ cause }: Error): boolean =>
  cause instanceof Error && /\bJWT\b/.test(cause.message)

const isIdentityFault = (failure: unknown): boolean => {
  if (!(failure instanceof Error)) return false
  const code = codeOf(failure)
  return identityFaults.includes(code) || (code === 'OAUTH_PARSE_ERROR' && isUnreadableJwt(failure))
}

/** How a login ends when the code exchange fails. */
export const classifyExchangeFailure = (failure: unknown): LoginOutcome =>
  isIdentityFault(failure) ? 'id_token_invalid' : classifyProviderFailure(failure)
