import type { UserManagerSettings } from 'oidc-client-ts'
import type { AuthClientOptions } from '../options.ts'

/** What `UserManager` takes: the settings of oidc-client-ts, of which few are needed, and ours. */
export interface Settings
  extends Partial<UserManagerSettings>,
    Partial<Pick<AuthClientOptions, 'resources' | 'bffPath'>> {
  /** The client to stand on. Default: one of its own, made of `resources` and `bffPath`. */
  readonly client?: object
  /** Name of the resource whose token is `access_token`. Default: the first of the client's. */
  readonly tokenResource?: string
}

/** What the calls take of what oidc-client-ts takes; more is named in a warning. */
export interface CallArguments {
  /** Where the login comes back to, within the app. Default: where the user is. */
  readonly redirect_uri?: string | undefined
  readonly post_logout_redirect_uri?: string | undefined
  readonly prompt?: string | undefined
  readonly login_hint?: string | undefined
  readonly max_age?: number | undefined
  readonly ui_locales?: string | undefined
  readonly acr_values?: string | undefined
  readonly state?: unknown
  readonly popupSignal?: AbortSignal | null | undefined
}

/** What means something here, and what every app has. */
const usable =
  /^(authority|client(_id)?|response_type|resources|bffPath|tokenResource|.*redirect_uri|prompt|login_hint|max_age|ui_locales|acr_values|state|popupSignal)$/

/** Warns, in the page's console, and says whose warning it is. For development alone. */
export const warn = (text: string): void => console.warn(`coatcheck: ${text}`)

/** Names what was given in vain; values are not shown. For development alone. */
export const warnOfUnused = (given: object): void => {
  const unused = Object.keys(given).filter((name) => !usable.test(name))
  if (unused.length > 0) warn(`without effect, the BFF does it: ${unused}`)
}

/** An address of the app as a path; others are left out. */
export const toPath = (address: string | undefined): string | undefined => {
  if (!address) return
  const { origin, href } = new URL(address, location.href)
  if (origin === location.origin) return href.slice(origin.length)
  if (process.env.NODE_ENV !== 'production') warn(`without effect, of another origin: ${origin}`)
  return
}
