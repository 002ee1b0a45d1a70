import type { Store } from '@coatcheck/store'
import type { JWK } from 'jose'
import type { Log } from './log.ts'

/** How the BFF proves who it is at the provider's token endpoint (RFC 6749 section 2.3, RFC 7523). */
export type ClientAuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt'

/** The OpenID provider and this client's registration there. */
export interface ProviderOptions {
  /** Issuer identifier, exactly as the provider's metadata spells it. https, or http on loopback. */
  readonly issuer: string
  /** `client_id` of the registration. */
  readonly clientId: string
  /** Secret for the `client_secret_*` methods. Give this or `privateKey`. */
  readonly clientSecret?: string
  /** Private JWK (with `kid` and `alg`) for `private_key_jwt`. Give this or `clientSecret`. */
  readonly privateKey?: JWK
  /**
   * Default `client_secret_basic`, or `private_key_jwt` when there is a `privateKey`. Choose
   * `client_secret_post` for providers that do not form-decode the Basic credentials.
   */
  readonly clientAuth?: ClientAuthMethod
  /** Scope asked for besides the resources' own. Default `openid profile email offline_access`. */
  readonly scope?: string
  /** Algorithm registered for ID tokens; no other is accepted. Default `RS256`. */
  readonly idTokenAlgorithm?: string
  /** Limit for one request to the provider, in milliseconds. Default 8000. */
  readonly timeoutMs?: number
  /**
   * Whether logout sends the ID token along as `id_token_hint` (OpenID Connect RP-Initiated Logout,
   * section 2). `'send'` spares the user a question at some providers, and puts the ID token, which
   * names the user, into the URL of that one navigation. Default `'omit'`.
   */
  readonly idTokenHint?: 'send' | 'omit'
  /**
   * Whether a logout token must say when it expires (OpenID Connect Back-Channel Logout, section
   * 2.4). `'optional'` is for providers that follow an early draft: the token's age then stands in,
   * one hour at most. Default `'required'`.
   */
  readonly logoutTokenExpiry?: 'required' | 'optional'
}

/** One API the app calls, by the name the browser uses for it. */
export interface ResourceOptions {
  /** `token`: the browser's memory receives the provider's access token (RFC 10017, section 6.2). */
  readonly mode: 'token'
  /** Sent as `resource` (RFC 8707). Leave it out for providers that know no resource indicators. */
  readonly audience?: string
  /** Space-separated scope of this API. */
  readonly scope: string
  /** `'on-demand'`: asked for only when `GET /login` names the resource. Default `'always'`. */
  readonly request?: 'always' | 'on-demand'
}

/** Limits and contents of a session. */
export interface SessionOptions {
  /** Seconds without a call by the user until the session ends. Default 28800 (8 hours). */
  readonly idleSeconds?: number
  /** Seconds after the login when the session ends whatever happens. Default 1209600 (14 days). */
  readonly absoluteSeconds?: number
  /**
   * Seconds after which the secret in the cookie is replaced, on calls of the app's own script.
   * A copy of the cookie that is used afterwards ends the session. Must be longer than any request
   * is under way; 60 at least. Default 600 (10 minutes).
   */
  readonly secretRotationSeconds?: number
  /** Claims of the ID token that `GET /session` shows. Default: the standard profile claims. */
  readonly claims?: readonly string[]
}

/** Names and lifetime of the cookies. */
export interface CookieOptions {
  /** What follows the prefix `__Host-Http-`. Letters, digits, `-`. Default `coatcheck`. */
  readonly name?: string
  /** `'absolute'`: Max-Age is the absolute limit. `'browser'`: gone when the browser closes. */
  readonly lifetime?: 'absolute' | 'browser'
  /**
   * `'insecure-loopback'` drops Secure and the prefix, for browsers that refuse Secure cookies on
   * http://localhost. Refused when `publicUrl` is not loopback. Default `'host-http'`.
   */
  readonly security?: 'host-http' | 'insecure-loopback'
}

/** Kinds of data that `Clear-Site-Data` (section 3.1) can have a browser delete. */
export type SiteDataKind = 'cache' | 'cookies' | 'storage' | 'executionContexts'

/** What a logout does besides ending sessions. */
export interface LogoutOptions {
  /**
   * Sent as `Clear-Site-Data` in the answer to a logout that ends this session, over https only.
   * Danger: it covers the whole origin, so `'storage'` deletes the app's own storage as well.
   * Default none: the answers of the BFF are never stored anyway.
   */
  readonly clearSiteData?: readonly SiteDataKind[]
}

/** Options of `createBff`. */
export interface BffOptions {
  /** Origin under which browsers reach the app, e.g. `https://app.example`. Never guessed. */
  readonly publicUrl: string
  /** Where the BFF lives on that origin. Default `/bff`. */
  readonly basePath?: string
  readonly provider: ProviderOptions
  /** At least one; the first is the default of `POST /token`. */
  readonly resources: Readonly<Record<string, ResourceOptions>>
  /** Where sessions live; see `@coatcheck/store`. */
  readonly store: Store
  /**
   * Keys for what is sealed at rest and in transaction cookies: 32 random bytes each, base64url.
   * The first seals, all open. To rotate, add the new key at the end in every process, then move it
   * to the front, and remove the old one after `session.idleSeconds`: what is in use is sealed anew
   * when its idle limit moves, what is not has ended by then. A copied cookie from before is then
   * refused as unknown instead of ending its session. Losing all keys ends every session.
   */
  readonly sealingKeys: readonly string[]
  readonly session?: SessionOptions
  readonly cookie?: CookieOptions
  readonly logout?: LogoutOptions
  /** Default `warn` and above, as JSON lines on standard output. */
  readonly log?: Log
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Requests to the provider. Default the global `fetch`. */
  readonly fetch?: typeof fetch
  /** Source of randomness. Default `crypto.randomBytes`. */
  readonly randomBytes?: (size: number) => Uint8Array
}
