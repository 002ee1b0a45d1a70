/** Body of `POST /token`. */
export interface TokenRequest {
  /** Name of a configured resource; the first configured one when left out. */
  readonly resource?: string
  /**
   * Space-separated subset of the resource's scope; the whole of it when left out. A session keeps
   * eight such tokens for less at a time: for a ninth the one that expires first is dropped, not
   * revoked, and fetched anew when it is asked for again. A resource's token for all of its scope
   * stays.
   */
  readonly scope?: string
  /** Life the caller needs, in seconds; the BFF caps it at half the token's life. */
  readonly minValiditySeconds?: number
  /** base64url SHA-256 of the token an API just refused. */
  readonly rejected?: string
  /** `false` for a call no user caused: it does not slide the idle limit. Default `true`. */
  readonly slide?: boolean
}

/** Answer of `POST /token` (field names of RFC 6749, section 5.1). */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  /** Seconds left now, not the value the provider once gave. */
  readonly expires_in: number
  readonly scope: string
  /** Name of the resource the token is for. */
  readonly resource: string
}
