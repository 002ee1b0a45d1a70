import type { UserManagerSettings } from 'oidc-client-ts'
import { AuthError } from '../errors.ts'
import type { LoginOptions } from '../login.ts'
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
  readonly url_state?: string | undefined
  readonly popupWindowFeatures?: object | undefined
  readonly popupSignal?: AbortSignal | null | undefined
}

/** What means something here, and what every app has. */
const usable =
  /^(authority|client(_id)?|response_type|resources|bffPath|tokenResource|.*redirect_uri|prompt|login_hint|max_age|ui_locales|acr_values|(url_)?state|accessTokenExp.*|popup.*)$/

/** Warns, in the page's console, and says whose warning it is. */
export const warn = (text: string): void => console.warn(`coatcheck: ${text}`)

/**
 * Names what was given in vain; values are not shown.
 *
 * @throws AuthError `invalid_options` for a client secret, which must not be in a browser
 */
export const checkGiven = (given: object): void => {
  const unused = Object.keys(given).filter((name) => !usable.test(name))
  if (unused.includes('client_secret')) {
    const message = 'client_secret: it belongs to the BFF, never into a page'
    throw new AuthError('invalid_options', 'options', 'never', { message })
  }
  if (unused.length > 0) warn(`without effect, the BFF does it: ${unused}`)
}

/** An address of the app as a path; others are left out, with a warning. */
export const toPath = (name: string, address: string | undefined): string | undefined => {
  if (address === undefined) return undefined
  const { origin, pathname, search, hash } = new URL(address, location.href)
  if (origin === location.origin) return pathname + search + hash
  warn(`${name} has no effect: another origin`)
  return undefined
}

/** What a login asks for. */
export const toLoginOptions = (given: CallArguments): LoginOptions =>
  ({
    prompt: given.prompt,
    loginHint: given.login_hint,
    maxAge: given.max_age,
    uiLocales: given.ui_locales,
    acrValues: given.acr_values,
  }) as LoginOptions

/** Third parameter of `window.open`. */
export const toWindowFeatures = (features: object): string =>
  ['popup', ...Object.entries(features).map(([name, value]) => `${name}=${value}`)].join()
