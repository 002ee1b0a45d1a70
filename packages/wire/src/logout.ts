/** Body of `POST /logout`. */
export interface LogoutRequest {
  /** Which sessions end: this one. Default `'local'`. */
  readonly scope?: 'local'
  /** Where the provider sends the user afterwards; same policy as at login. */
  readonly returnTo?: string
  /** `'keep'` leaves the session at the provider alone. Default `'end'`. */
  readonly provider?: 'end' | 'keep'
}

/** Answer of `POST /logout`; the local session is dead by then. */
export interface LogoutAnswer {
  /** Where to navigate so that the session at the provider ends as well. */
  readonly logoutUrl?: string
}
