/** Body of `POST /logout`. */
export interface LogoutRequest {
  /**
   * Which sessions end: this one (`'local'`), every session of the user (`'global'`), or every one
   * but this (`'others'`). Default `'local'`.
   */
  readonly scope?: 'local' | 'global' | 'others'
  /** Where the provider sends the user afterwards; same policy as at login. */
  readonly returnTo?: string
  /** `'keep'` leaves the session at the provider alone, as `'others'` always does. Default `'end'`. */
  readonly provider?: 'end' | 'keep'
}

/** Answer of `POST /logout`; the sessions it was to end are dead by then. */
export interface LogoutAnswer {
  /** Where to navigate so that the session at the provider ends as well. */
  readonly logoutUrl?: string
}
