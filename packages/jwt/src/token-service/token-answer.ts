import type { IssuedPair, RefreshRefusal } from '../refresh-tokens/outcomes.ts'

/** Body of an answer with tokens (RFC 6749, section 5.1). */
export interface TokenResponse {
  readonly access_token: string
  /** `DPoP` where the token is bound to a key (RFC 9449, section 5). */
  readonly token_type: 'Bearer' | 'DPoP'
  /** Seconds until the access token expires. */
  readonly expires_in: number
  readonly refresh_token: string
  /** Scope of the access token, with blanks between; absent where it has none. */
  readonly scope?: string
}

/** Body of a refusal (RFC 6749, section 5.2; RFC 8707, section 2; RFC 7009, section 2.2.1). */
export interface OAuthError {
  readonly error:
    | 'invalid_request'
    | 'invalid_grant'
    | 'invalid_scope'
    | 'invalid_target'
    | 'unsupported_token_type'
  /** For the client's developer; the same for every `invalid_grant`. */
  readonly error_description: string
}

/** Headers of every answer: none may be kept by a cache (RFC 6749, section 5.1). */
export type TokenHeaders = Readonly<Record<'Cache-Control' | 'Content-Type', string>>

/** A refusal, ready to be sent. */
export interface TokenRefusal {
  readonly kind: 'refused'
  readonly status: 400
  readonly headers: TokenHeaders
  readonly body: OAuthError
  /** More than the client is told, for logs and metrics. */
  readonly reason: RefreshRefusal | 'malformed' | 'ended' | 'unsupported_token_type'
}

/** Answer to `issue` and `refresh`, ready to be sent. */
export type TokenAnswer =
  | {
      readonly kind: 'issued'
      readonly status: 200
      readonly headers: TokenHeaders
      readonly body: TokenResponse
      /** Public name of the family, for `revokeFamily` and logs. */
      readonly familyId: string
    }
  | TokenRefusal

/** Answer to `revoke`, ready to be sent (RFC 7009, section 2.2). */
export type RevocationAnswer =
  | {
      readonly kind: 'done'
      readonly status: 200
      readonly headers: TokenHeaders
      /** Clients ignore it. */
      readonly body: Readonly<Record<string, never>>
    }
  | TokenRefusal

const headers: TokenHeaders = /* @__PURE__ */ Object.freeze({
  'Cache-Control': 'no-store',
  'Content-Type': 'application/json',
})

/** One text for every cause: which it was is nobody's business but the log's. */
const invalidGrant: OAuthError = {
  error: 'invalid_grant',
  error_description: 'The token is not valid for this client.',
}

const bodyOf = (reason: TokenRefusal['reason']): OAuthError => {
  switch (reason) {
    case 'malformed':
      return {
        error: 'invalid_request',
        error_description: 'A parameter is missing or malformed.',
      }
    case 'scope_exceeded':
      return { error: 'invalid_scope', error_description: 'The scope exceeds what was granted.' }
    case 'resource_exceeded':
      return { error: 'invalid_target', error_description: 'The resource was not granted.' }
    case 'unsupported_token_type':
      return {
        error: 'unsupported_token_type',
        error_description: 'Tokens of this type are not revoked here.',
      }
    case 'unknown':
    case 'expired':
    case 'revoked':
    case 'reused':
    case 'client_mismatch':
    case 'key_mismatch':
    case 'ended':
      return invalidGrant
  }
}

export const refuseToken = (reason: TokenRefusal['reason']): TokenRefusal => ({
  kind: 'refused',
  status: 400,
  headers,
  body: bodyOf(reason),
  reason,
})

export const answerRevoked = (): RevocationAnswer => ({
  kind: 'done',
  status: 200,
  headers,
  body: {},
})

/** Writes the OAuth answer of a pair. */
export const answerPair = (pair: IssuedPair, nowMs: number): TokenAnswer => {
  const { token, accessToken, scope, grant } = pair
  return {
    kind: 'issued',
    status: 200,
    headers,
    familyId: grant.familyId,
    body: {
      access_token: accessToken?.token ?? '',
      token_type: grant.jkt === undefined ? 'Bearer' : 'DPoP',
      expires_in: Math.max(0, Math.floor((accessToken?.expiresAt ?? 0) - nowMs / 1000)),
      refresh_token: token,
      ...(scope.length === 0 ? {} : { scope: scope.join(' ') }),
    },
  }
}
