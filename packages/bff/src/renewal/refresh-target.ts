import type { SessionEndReason } from '@coatcheck/wire'
import type { ProviderFailure } from '../provider/failure.ts'
import type { ResolvedResource } from '../resolve-options.ts'
import { hashSecret } from '../sessions/hash-secret.ts'
import { type AccessToken, findAccessToken, type TokenSet } from '../sessions/token-set.ts'

/** Which access token of which session is to be renewed. */
export interface RefreshTarget {
  readonly sid: string
  readonly resource: ResolvedResource
  /** Narrower than the resource's own; left out for all of it. */
  readonly scope: string | undefined
  readonly minValiditySeconds: number
  /** base64url SHA-256 of the token an API refused. */
  readonly rejected: string | undefined
}

/** Why a live session has no token to give. */
export interface RefreshFailure {
  readonly code:
    | ProviderFailure['code']
    | 'insufficient_scope'
    | 'refresh_in_progress'
    | 'store_unavailable'
  readonly retryAfterSeconds?: number
}

/** How a renewal went. Only `ended` concerns the session; a failure leaves it as it was. */
export type RefreshOutcome =
  | { readonly kind: 'current'; readonly token: AccessToken }
  | { readonly kind: 'ended'; readonly reason: SessionEndReason | undefined }
  | ({ readonly kind: 'failed'; readonly cause?: unknown } & RefreshFailure)

/** As {@link RefreshOutcome}, or: someone else is, or was, at work; look again. */
export type RefreshAttempt = RefreshOutcome | { readonly kind: 'overtaken' }

export const currentToken = (
  tokens: TokenSet,
  { resource, scope }: Pick<RefreshTarget, 'resource' | 'scope'>,
): AccessToken | undefined => findAccessToken(tokens, resource.name, scope)

/** Whether this is the token that an API refused. */
export const isRejected = (
  token: AccessToken,
  { rejected }: Pick<RefreshTarget, 'rejected'>,
): boolean => rejected !== undefined && hashSecret(token.token) === rejected
