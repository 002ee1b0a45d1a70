import type { UserClaims } from '@coatcheck/wire'
import type { ClaimsSchema } from './claims-schema.ts'

/** One API the app calls. */
export interface ResourceOptions {
  /**
   * Origin that may receive this resource's token, such as `https://api.example.com`. Nothing but
   * scheme, host and port; `http` on loopback only. Listing an origin means trusting everything it
   * serves with the user's token (RFC 9700, section 4.9).
   */
  readonly origin: string
}

/** Options of `createAuthClient`. */
export interface AuthClientOptions<Claims extends object = UserClaims> {
  /**
   * The APIs by the names the BFF knows them by. The first one's token comes with the session, in
   * the same round trip.
   */
  readonly resources: Readonly<Record<string, ResourceOptions>>
  /** Path of the BFF on the app's own origin. Default `/bff`. */
  readonly bffPath?: `/${string}`
  /**
   * A token with less life than this is renewed before it is used, in seconds, at most half of its
   * life. Default 30. Too small and a slow request arrives with a dead token.
   */
  readonly minValiditySeconds?: number
  /**
   * While the browser says it is offline, calls that need a new token wait for it to come back, for
   * so many seconds at most; then they reject with `network_error`. Default 30, `0` not to wait.
   */
  readonly offlineWaitSeconds?: number
  /**
   * Schema of the user's claims (Standard Schema 1): types `user` and checks it at every session
   * answer. Claims it refuses put the client into the state `error` with `claims_invalid`. It sees
   * all claims the BFF hands out; what it answers becomes `user`.
   */
  readonly claims?: ClaimsSchema<Claims>
  /**
   * Replaces the platform's `fetch`, taken when the client is created. It sees every token the
   * client sends, and must answer with the platform's own `Response`.
   */
  readonly fetch?: typeof globalThis.fetch
  /** Wall clock, epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Clock that is never set back, milliseconds. Default `performance.now`. */
  readonly monotonicNow?: () => number
  /** Numbers from 0 to 1 to spread renewals and retries. Default `Math.random`. */
  readonly random?: () => number
}
