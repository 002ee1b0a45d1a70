import type { Problem } from './problem.ts'
import type { TokenAnswer } from './token.ts'

/** Why a session is over. */
export type SessionEndReason =
  /** Idle or absolute limit reached. */
  | 'expired'
  /** The user logged out. */
  | 'logout'
  /** A later login in the same browser took its place. */
  | 'replaced'
  /** The provider refused the refresh token (`invalid_grant`, RFC 6749 section 5.2). */
  | 'refresh_rejected'
  /** A renewal returned another subject (OpenID Connect Core, section 12.2). */
  | 'subject_changed'
  /** A secret came back that had been replaced long ago: someone else has a copy of the cookie. */
  | 'replayed'
  /** Ended by the provider or by an operator. */
  | 'revoked'

/** Public facts about one login; none of them is a credential. */
export interface SessionInfo {
  /** Public session identifier. */
  readonly sid: string
  /** Seconds until the absolute limit. */
  readonly expiresInSeconds: number
  /** Seconds until the idle limit, should nothing slide it. */
  readonly idleExpiresInSeconds: number
  /** When the user authenticated at the provider (epoch seconds), where the provider says so. */
  readonly authTime?: number
  /** Authentication context class the provider reported. */
  readonly acr?: string
}

/** Claims of the logged-in user; for display only, an API decides by its own token. */
export interface UserClaims {
  readonly sub: string
  readonly [claim: string]: unknown
}

/** Answer of `GET /session`. */
export type SessionAnswer =
  | {
      readonly authenticated: true
      readonly user: UserClaims
      readonly session: SessionInfo
      /** Present when a resource was named and its token could be had. */
      readonly token?: TokenAnswer
      /** Present when a resource was named and its token could not be renewed now. */
      readonly tokenProblem?: TokenProblem
    }
  | { readonly authenticated: false; readonly reason?: SessionEndReason }

/** Why a live session came without its token. The session itself is unharmed. */
export interface TokenProblem {
  readonly code: Problem['code']
  readonly retry: Problem['retry']
  /** Seconds to wait before the next attempt, where known. */
  readonly retryAfterSeconds?: number
}
