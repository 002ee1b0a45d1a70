import { type LoginOutcome, maximumReturnToLength, type routes } from '@coatcheck/wire'
import type { Context } from './context.ts'

/** Options of `login`. Those after `resource` are OpenID Connect Core, section 3.1.2.1. */
export interface LoginOptions {
  /**
   * Where the user comes back to: a path of the app with query and fragment. Default: where the
   * user is. Cut to its path where it is longer than the BFF takes, which refuses everything that
   * leaves the app.
   */
  readonly returnTo?: string
  /** Name of a resource whose scope is asked for as well. */
  readonly resource?: string
  /** `login` asks for the password again, `none` allows no interaction, and so on. */
  readonly prompt?: string
  /** Who is about to log in, where the app knows. */
  readonly loginHint?: string
  /** Authentication context classes in order of preference, separated by blanks. */
  readonly acrValues?: string
  /** Longest time since the user authenticated, in seconds. `0` asks for it again. */
  readonly maxAge?: number
  /** Languages of the login page in order of preference (BCP 47), separated by blanks. */
  readonly uiLocales?: string
}

/** Where a login with these options begins. */
export const loginAddress = (
  { bffPath }: Context,
  { returnTo, ...options }: LoginOptions = {},
): string => {
  const { origin, pathname, search, hash } = location
  const place = returnTo ?? pathname + search + hash
  const query = new URLSearchParams({
    // Longer ones are refused; the page itself is better than no login.
    returnTo: place.length > maximumReturnToLength ? place.replace(/[?#].*/s, '') : place,
  })
  for (const [name, value] of Object.entries(options)) {
    // OpenID Connect writes its parameters in snake_case.
    if (value !== undefined) query.set(name.replace(/[A-Z]/g, '_$&').toLowerCase(), `${value}`)
  }
  const path: (typeof routes)['login'] = '/login'
  return `${origin}${bffPath}${path}?${query}`
}

/** Leaves the page for the provider's login page. */
export const login = (context: Context, options?: LoginOptions): void =>
  location.assign(loginAddress(context, options))

/**
 * Takes the outcome of a failed login out of the address, so that reload, Back and bookmarks do not
 * show it again. Everything else stays as it is, character by character. Anyone can write a link:
 * nothing but a code word is taken.
 */
export const takeLoginError = (): LoginOutcome | undefined => {
  let outcome: LoginOutcome | undefined
  const address = location.href.replace(
    /([?&])login_error=([a-z_]+)(&|(?=#)|$)/,
    (_match, lead: string, code: LoginOutcome, next: string) => {
      outcome = code
      return next && lead
    },
  )
  if (outcome) history.replaceState(history.state, '', address)
  return outcome
}
