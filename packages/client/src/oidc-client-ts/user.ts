import type { UserProfile } from 'oidc-client-ts'

/** What a user's token is, for as long as the login lasts; every `User` of the login shares it. */
export interface Life {
  /** Empty while there is none, and for good when the login is over. */
  token: string
  /** Epoch seconds; `undefined` while it is not known, `0` when the login is over. */
  ends: number | undefined
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number
  /** Called when the app reads the token. */
  readonly use: () => void
}

/** What a `User` is made of; the names are those of oidc-client-ts. */
export interface UserArguments {
  readonly access_token?: string
  readonly token_type: string
  readonly profile: UserProfile
  readonly session_state?: string | null | undefined
  readonly scope?: string | undefined
  readonly expires_at?: number
  readonly userState?: unknown
  readonly url_state?: string | undefined
  /** Accepted and dropped: no such token comes to the browser. */
  readonly id_token?: string
  /** Accepted and dropped: no such token comes to the browser. */
  readonly refresh_token?: string
}

/**
 * The `User` of oidc-client-ts. `access_token` is the newest token of the login whenever it is read,
 * so that a `User` kept in a component does not grow old, and empty once the login is over. JSON,
 * `toStorageString`, copies and inspection leave it out.
 */
export class LiveUser {
  /** Never there: it stays at the BFF. The claims are in `profile`. */
  declare readonly id_token?: never
  /** Never there: it stays at the BFF. */
  declare readonly refresh_token?: never
  /** Public name of the session. */
  declare readonly session_state: string | null
  /** `Bearer`. */
  declare readonly token_type: string
  /** The scope the token was granted, separated by blanks. */
  declare readonly scope?: string
  /** The user's claims, as the BFF hands them out. For display; an API decides by its own token. */
  declare readonly profile: UserProfile
  /** What `signinRedirect` was given as `state`, on the page the login came back to. */
  declare readonly state: unknown
  /** What an own `User` was made with. */
  declare readonly url_state?: string
  readonly #life: Life

  constructor(facts: object, life: Life) {
    this.#life = life
    Object.assign(this, facts)
  }

  /** The access token as it is now; empty when there is none. Do not store it. */
  get access_token(): string {
    this.#life.use()
    return this.#life.token
  }

  /** When the token ends, epoch seconds; `undefined` while no token can be had. */
  get expires_at(): number | undefined {
    return this.#life.ends
  }

  /** Seconds the token has left. */
  get expires_in(): number | undefined {
    const { ends, now } = this.#life
    return ends && ends - Math.floor(now() / 1000)
  }

  /** Whether the token is at its end; `undefined` while no token can be had. */
  get expired(): boolean | undefined {
    const { expires_in: left } = this
    return left === undefined ? left : left <= 0
  }

  /** `scope` as a list. */
  get scopes(): string[] {
    return this.scope?.split(' ') ?? []
  }

  /** Everything but the token, as text. */
  toStorageString(): string {
    return JSON.stringify(this)
  }
}

/** A `User` of the app's own making, as in its tests; those of a manager are instances as well. */
export class User extends LiveUser {
  constructor({
    access_token: token = '',
    expires_at: ends,
    id_token: _idToken,
    refresh_token: _refreshToken,
    userState: state,
    ...facts
  }: UserArguments) {
    const life = { token, ends, now: Date.now, use: () => {} }
    super({ session_state: null, state, ...facts }, life)
  }

  /** A user without a token: nothing brings one back but the BFF. */
  static fromStorageString(text: string): User {
    return new User({ ...(JSON.parse(text) as UserArguments), access_token: '' })
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof LiveUser
  }
}
