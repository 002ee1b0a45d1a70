import type { UserProfile } from 'oidc-client-ts'

/** What a user's token is, for as long as the login lasts; every `User` of the login shares it. */
export interface Life {
  /** Empty while there is none, and for good when the login is over. */
  token: string
  /** Epoch seconds; `undefined` while it is not known. */
  expiresAt: number | undefined
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number
  /** Called when the app reads the token. */
  readonly use: () => void
}

/** What a `User` is made of; the names are those of oidc-client-ts. */
export interface UserArguments {
  readonly access_token: string
  readonly token_type: string
  readonly profile: UserProfile
  readonly session_state?: string | null
  readonly scope?: string
  readonly expires_at?: number
  readonly userState?: unknown
  readonly url_state?: string
  /** Accepted and dropped: no such token comes to the browser. */
  readonly id_token?: string
  /** Accepted and dropped: no such token comes to the browser. */
  readonly refresh_token?: string
}

const ownLife = (
  { access_token: token, expires_at: expiresAt }: UserArguments,
  now: () => number = Date.now,
): Life => ({ token, expiresAt, now, use: () => {} })

/**
 * The `User` of oidc-client-ts. `access_token` is the newest token of the login whenever it is read,
 * so that a `User` kept in a component does not grow old, and empty once the login is over. JSON,
 * `toStorageString`, copies and inspection leave it out.
 */
export class User {
  /** Never there: it stays at the BFF. The claims are in `profile`. */
  declare readonly id_token?: never
  /** Never there: it stays at the BFF. */
  declare readonly refresh_token?: never
  /** Public name of the session. */
  readonly session_state: string | null
  /** `Bearer`. */
  readonly token_type: string
  /** The scope the token was granted, separated by blanks. */
  declare readonly scope?: string
  /** The user's claims, as the BFF hands them out. For display; an API decides by its own token. */
  readonly profile: UserProfile
  /** When the token ends, epoch seconds; `undefined` while no token can be had. */
  declare readonly expires_at?: number
  /** What `signinRedirect` was given as `state`, on the page the login came back to. */
  readonly state: unknown
  /** What `signinRedirect` was given as `url_state`, likewise. */
  declare readonly url_state?: string
  readonly #life: Life

  constructor(args: UserArguments, life: Life = ownLife(args)) {
    const { profile, scope, session_state = null, token_type, url_state, userState } = args
    this.session_state = session_state
    this.token_type = token_type
    this.profile = profile
    this.state = userState
    this.#life = life
    Object.defineProperty(this, 'expires_at', { enumerable: true, get: () => life.expiresAt })
    Object.assign(this, scope && { scope }, url_state && { url_state })
  }

  /** The access token as it is now; empty when there is none. Do not store it. */
  get access_token(): string {
    this.#life.use()
    return this.#life.token
  }

  /** Seconds the token has left. */
  get expires_in(): number | undefined {
    const { expiresAt, now } = this.#life
    return expiresAt === undefined ? undefined : expiresAt - Math.floor(now() / 1000)
  }

  /** Whether the token is at its end; `undefined` while no token can be had. */
  get expired(): boolean | undefined {
    const { expires_in: left } = this
    return left === undefined ? undefined : left <= 0
  }

  /** `scope` as a list. */
  get scopes(): string[] {
    return this.scope?.split(' ') ?? []
  }

  /** Everything but the token, as text. */
  toStorageString(): string {
    return JSON.stringify(this)
  }

  /** A user without a token: nothing brings one back but the BFF. */
  static fromStorageString(text: string): User {
    return new User({ ...(JSON.parse(text) as UserArguments), access_token: '' })
  }
}
