/** One session of the user, as a list of devices shows it. */
export interface Device {
  /** Public session identifier; `DELETE /sessions/SID` ends it. */
  readonly sid: string
  /** When the user logged in there, epoch seconds. */
  readonly createdAt: number
  /** When the user was last active there, epoch seconds, to about a minute. */
  readonly lastSeenAt: number
  /** Name of the browser, where it could be told. */
  readonly browser?: string
  /** Name of the operating system, where it could be told. */
  readonly platform?: string
  /** Whether this is the session that asks. */
  readonly current: boolean
}

/** Answer of `GET /sessions`: this session first, then the others, last seen first. */
export interface DevicesAnswer {
  readonly sessions: readonly Device[]
}
