/** What a family of refresh tokens is good for: fixed when it was issued, never widened. */
export interface RefreshGrant {
  /** Public name of the family, for `revokeFamily` and logs; gives no authority. */
  readonly familyId: string
  /** The user. */
  readonly subject: string
  /** The client the tokens are bound to. */
  readonly clientId: string
  /** Scope values granted; an access token may carry fewer, never others (RFC 6749, section 6). */
  readonly scope: readonly string[]
  /** APIs granted (RFC 8707); empty where the server has only one. */
  readonly resource: readonly string[]
  /** Thumbprint of the DPoP key the tokens are bound to (RFC 9449, section 5). */
  readonly jkt?: string
  /** What the application wants to know again at each refresh. Plain JSON. */
  readonly data?: Readonly<Record<string, unknown>>
  /** End of the family whatever happens, epoch milliseconds. */
  readonly expiresAt: number
}

/** An access token that is to be made beside a refresh token. */
export interface AccessTokenRequest {
  readonly grant: RefreshGrant
  /** Scope values for this access token: the grant's, or what the client narrowed them to. */
  readonly scope: readonly string[]
  /** APIs for this access token: the grant's, or what the client narrowed them to. */
  readonly resource: readonly string[]
}

/** An access token made beside a refresh token. */
export interface FamilyAccessToken {
  /** The token. Kept only encrypted, under a key that the refresh token before it holds. */
  readonly token: string
  /** Its `iss`, by which the deny list knows it. */
  readonly issuer: string
  /** Its `jti`, by which the deny list knows it. */
  readonly jwtId: string
  /** Its `exp`, epoch seconds. */
  readonly expiresAt: number
}

/**
 * Makes the access token of a pair. Called before anything is stored, possibly more than once for
 * one answer when several processes race; only the pair that was stored is ever handed out. What it
 * rejects with leaves the family as it was.
 */
export type MakeAccessToken = (request: AccessTokenRequest) => Promise<FamilyAccessToken>
