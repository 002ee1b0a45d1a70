/** One login in progress. */
export interface Transaction {
  /** Sent to the provider and expected back (RFC 6749, section 10.12). */
  readonly state: string
  /** Expected in the ID token (OpenID Connect Core, section 3.1.2.1). */
  readonly nonce: string
  /** PKCE verifier (RFC 7636, section 4.1), 43 characters. */
  readonly codeVerifier: string
  /** Name of the resource whose token the code is exchanged for. */
  readonly resource: string
  /** Absolute URL of the app. */
  readonly returnTo: string
  /** When this browser was sent to the provider, epoch milliseconds. */
  readonly startedAt: number
  /** Seconds; checked against `auth_time` when it was asked for. */
  readonly maxAge?: number
}
