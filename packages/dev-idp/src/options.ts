import type { Fault } from './faults.ts'

/** A person who can log in. */
export interface DevIdpUser {
  /** The name on the account's button, and what `login_hint` may hold. Unique. */
  readonly username: string
  /** Subject identifier (OpenID Connect Core §8). Unique. Default: the username. */
  readonly sub?: string
  /** What the provider says about this person. */
  readonly claims?: DevIdpClaims
}

/**
 * Claims of one person. `name` and other profile claims need the scope `profile`, `email` needs the
 * scope `email` (OpenID Connect Core §5.4); `roles` and claims of your own come with `openid`.
 */
export interface DevIdpClaims {
  /** Full name. Default: the username. */
  readonly name?: string
  /** E-mail address; `email_verified` is true unless you say otherwise. */
  readonly email?: string
  /** Put into the ID token, the userinfo answer and every JWT access token. Default: none. */
  readonly roles?: readonly string[]
  /** Any other claim. */
  readonly [claim: string]: unknown
}

/** How a client proves itself at the token, revocation and PAR endpoints. */
export type ClientAuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt'
  | 'none'

/** An application that may log users in. Every client is first-party: nobody is asked to consent. */
export interface DevIdpClient {
  /** Unique. */
  readonly clientId: string
  /** Needed for the two `client_secret_*` methods. */
  readonly clientSecret?: string
  /** Shown on the login page. Default: the client id. */
  readonly clientName?: string
  /** Compared exactly (RFC 9700 §2.1). At least one. */
  readonly redirectUris: readonly string[]
  /** Where a logout may lead back to, compared exactly. Default: nowhere. */
  readonly postLogoutRedirectUris?: readonly string[]
  /** Receives logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.5). Default: none are sent. */
  readonly backchannelLogoutUri?: string
  /** Default `client_secret_basic`. `none` makes a public client (PKCE alone). */
  readonly tokenEndpointAuthMethod?: ClientAuthMethod
  /** Public keys; needed for `private_key_jwt`. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
  /** Refuse authorization requests that were not pushed (RFC 9126 §6). Default false. */
  readonly requirePar?: boolean
  /** Signature of the ID and logout tokens. Default `RS256`. */
  readonly idTokenSignedResponseAlg?: SigningAlgorithm
}

/** Signature algorithms the provider has a key for. */
export type SigningAlgorithm = 'RS256' | 'ES256'

/** An API that access tokens can be asked for (RFC 8707). */
export interface DevIdpResource {
  /** Absolute URI without fragment: the value of `resource=` and of the token's `aud`. Unique. */
  readonly audience: string
  /** Scopes this API knows, separated by spaces. */
  readonly scope: string
  /** Signature of its access tokens. Default `RS256`. */
  readonly alg?: SigningAlgorithm
}

/** How long things live, in whole seconds, at least 1. */
export interface DevIdpLifetimes {
  /** Access tokens. Default 300. */
  readonly accessTokenSeconds: number
  /** Refresh tokens, counted again from every rotation. Default 1,209,600 (14 days). */
  readonly refreshTokenSeconds: number
  /** ID tokens. Default 300. */
  readonly idTokenSeconds: number
  /** The login at the provider; when it is over its refresh tokens are too. Default 14 days. */
  readonly sessionSeconds: number
}

/** One line for the log. Never holds a token, cookie, code, secret or full URL. */
export interface DevIdpLogEntry {
  /** `error`: the provider itself failed. `warn`: it could not reach someone. */
  readonly level: 'warn' | 'error'
  /** Stable name of what happened. */
  readonly event: 'provider_error' | 'backchannel_logout_failed'
  /** For people. */
  readonly message: string
}

/** Options of {@link createDevIdp}. */
export interface DevIdpOptions {
  /** 0 takes any free port. Default 0. */
  readonly port?: number
  /**
   * Loopback address to listen on and to be known by: `127.0.0.1`, another of 127/8, or `::1`.
   * Default `127.0.0.1`, which is another site than an app on `localhost`, as in real life.
   */
  readonly host?: string
  /** Default: alice (role user) and bob (role admin). */
  readonly users?: readonly DevIdpUser[]
  /** At least one. */
  readonly clients: readonly DevIdpClient[]
  /** Default none: access tokens are then opaque and good for userinfo only. */
  readonly resources?: readonly DevIdpResource[]
  /** Faults in force from the start. Default none. */
  readonly faults?: readonly Fault[]
  /** Each default is in {@link DevIdpLifetimes}. */
  readonly lifetimes?: Partial<DevIdpLifetimes>
  /** Sends logout tokens. Default: the platform's. */
  readonly fetch?: typeof globalThis.fetch
  /** Default: one line on stderr for each entry. */
  readonly log?: (entry: DevIdpLogEntry) => void
  /** Where `NODE_ENV` is read. Default: the process's environment. */
  readonly env?: { readonly NODE_ENV?: string | undefined }
}
