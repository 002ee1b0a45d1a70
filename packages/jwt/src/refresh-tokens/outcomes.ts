import type { FamilyAccessToken, RefreshGrant } from './refresh-grant.ts'

/**
 * Why a refresh token was refused. For logs and metrics: a client is told `invalid_grant`,
 * `invalid_scope` or `invalid_target`.
 *
 * | reason | meaning | the family |
 * |---|---|---|
 * | `unknown` | never issued here, or its family has ended long ago | - |
 * | `expired` | not used for `idleSeconds`, or older than `absoluteSeconds` | has ended |
 * | `revoked` | its family was revoked | has ended |
 * | `reused` | replaced before: two parties hold tokens of one line | ends now |
 * | `client_mismatch` | issued to another client | stays |
 * | `key_mismatch` | bound to another DPoP key | stays |
 * | `scope_exceeded` | a scope was asked for that was not granted | stays, the token too |
 * | `resource_exceeded` | an API was asked for that was not granted | stays, the token too |
 */
export type RefreshRefusal =
  | 'unknown'
  | 'expired'
  | 'revoked'
  | 'reused'
  | 'client_mismatch'
  | 'key_mismatch'
  | 'scope_exceeded'
  | 'resource_exceeded'

/** A refresh token and what belongs to it. */
export interface IssuedPair {
  /** The refresh token. Secret. */
  readonly token: string
  readonly grant: RefreshGrant
  /** Scope values of the access token. */
  readonly scope: readonly string[]
  /** APIs of the access token. */
  readonly resource: readonly string[]
  /** Present where the call made one. */
  readonly accessToken?: FamilyAccessToken
}

/** Outcome of `issue`. */
export type IssueOutcome =
  | ({ readonly kind: 'issued' } & IssuedPair)
  /** All families of the subject were revoked while this one was being made. */
  | { readonly kind: 'refused'; readonly reason: 'revoked' }

/** Outcome of `rotate`. */
export type RotateOutcome =
  /** A successor was made. */
  | ({ readonly kind: 'rotated' } & IssuedPair)
  /** The same successor as before: for parallel uses, and for retries after a lost answer. */
  | ({ readonly kind: 'repeated' } & IssuedPair)
  | { readonly kind: 'refused'; readonly reason: RefreshRefusal }

/** Outcome of `revoke`. */
export type RevokeOutcome =
  | { readonly kind: 'revoked' }
  /** Nothing to revoke: not a token of ours, or one whose family has ended. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'refused'; readonly reason: 'client_mismatch' }

/** Why a family was ended. */
export type EndReason =
  /** A replaced token came back: theft, or a client that keeps old tokens. */
  | 'reused'
  /** Its client asked for it (RFC 7009). */
  | 'client'
  /** `revokeFamily` */
  | 'family'
  /** `revokeSubject` */
  | 'subject'
  /** The subject has more families than are kept; this was the oldest. */
  | 'displaced'

/** Names a family. */
export interface AboutFamily {
  /** Public name of the family, for `revokeFamily`. */
  readonly familyId: string
  readonly subject: string
  /** The client the family belongs to. */
  readonly clientId: string
}

/** What an operator wants to hear of. Holds no token. */
export type RefreshEvent =
  /** A family has ended before its time; with the reason `reused` somebody may hold stolen tokens. */
  | ({ readonly type: 'family_revoked'; readonly reason: EndReason } & AboutFamily)
  /** A token of this family was brought by another client: it has leaked, or clients are mixed up. */
  | ({ readonly type: 'client_mismatch' } & AboutFamily)
  /**
   * The family has ended, but the deny list did not take its access tokens: they live until they
   * expire. Tried again whenever a token of the family comes back; `revokeFamily` tries at once.
   */
  | ({ readonly type: 'denial_failed'; readonly cause: unknown } & AboutFamily)
