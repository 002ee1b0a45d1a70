import { pressButton, unexpectedPage } from './page.ts'
import { type WalkOptions, type WalkResult, walk } from './walk.ts'

export type { ProviderCookie, ProviderCookies } from './cookies.ts'
export type { WalkOptions, WalkResult } from './walk.ts'

/** Options of {@link loginAt}. */
export interface LoginAtOptions extends WalkOptions {
  /**
   * The account to choose. Without it the provider must know the browser already
   * (`cookies`): a page that asks is then an error.
   */
  readonly username?: string
}

/**
 * Walks from an authorization URL through the provider's pages, as a browser without scripts does,
 * to the URL of the app's callback, which is returned and not requested.
 *
 * @throws DevIdpError `page_unexpected` when the provider shows another page than its login page
 */
export const loginAt = (
  authorizationUrl: string | URL,
  { username, ...options }: LoginAtOptions = {},
): Promise<WalkResult> =>
  walk(authorizationUrl, options, (page) => {
    if (username === undefined) throw unexpectedPage(page, 'way on without a username')
    return pressButton(page, 'account', username)
  })

/** As {@link loginAt}, but presses Cancel: the callback URL then holds `error=access_denied`. */
export const cancelAt = (
  authorizationUrl: string | URL,
  options: WalkOptions = {},
): Promise<WalkResult> => walk(authorizationUrl, options, (page) => pressButton(page, 'cancel'))

/**
 * Walks from an end_session URL to where the logout leads back to. The provider asks nothing when
 * the URL names a registered `post_logout_redirect_uri`; otherwise no walk leads away from it.
 *
 * @throws DevIdpError `page_unexpected`
 */
export const logoutAt = (
  endSessionUrl: string | URL,
  options: WalkOptions = {},
): Promise<WalkResult> => walk(endSessionUrl, options, (page) => pressButton(page, 'logout', 'yes'))
