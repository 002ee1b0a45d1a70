import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { AuthError } from '../errors.ts'
import { kitOf } from '../kit.ts'
import type { LoginOptions } from '../login.ts'
import type { AuthState } from '../state.ts'
import { defaultTimeoutSeconds, defaultWindowFeatures } from './defaults.ts'
import { untilLoggedIn } from './until-logged-in.ts'

/** Options of `loginByPopup`: those of `login`, and these. The page stays where it is. */
export interface PopupLoginOptions extends Omit<LoginOptions, 'returnTo'> {
  /** Gives up: the window is closed, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** How long the user has, in seconds. Default 600, after which the BFF has forgotten the login. */
  readonly timeoutSeconds?: number
  /**
   * Third parameter of `window.open`. Default `popup,width=480,height=700`. With `noopener` every
   * popup looks like a blocked one.
   */
  readonly windowFeatures?: string
}

/** The state after a login. */
export type LoggedIn<Claims extends object = UserClaims> = Extract<
  AuthState<Claims>,
  { status: 'authenticated' }
>

/**
 * Logs in by a popup, so that the page keeps its state. To be called in the handler of a click or a
 * key, before any `await`: browsers block other popups. A second call while the window is open takes
 * it over, and both calls settle by the same login.
 *
 * Nothing the popup says is believed: it only has the BFF asked who is logged in.
 *
 * @throws AuthError `popup_blocked`; `popup_closed` when the user comes back to the page without a
 * login, the window being gone; `timeout`; the outcome of a failed login (`login_cancelled` and the
 * like); `disposed`. Also the reason of `signal`
 */
export const loginByPopup = async <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  {
    signal,
    timeoutSeconds = defaultTimeoutSeconds,
    windowFeatures = defaultWindowFeatures,
    ...options
  }: PopupLoginOptions = {},
): Promise<LoggedIn<Claims>> => {
  const kit = kitOf(client)
  const given = AbortSignal.any(signal ? [signal, kit.lifetime] : [kit.lifetime])
  given.throwIfAborted()
  // One window for a page: other pages have their own, whose outcome is none of this page's.
  const name = `coatcheck ${performance.timeOrigin}`
  const address = kit.loginAddress({ ...options, returnTo: '/', display: 'popup' })
  const popup = open(address, name, windowFeatures)
  if (!popup) throw new AuthError('popup_blocked', 'login', 'login')
  popup.focus()
  await untilLoggedIn(kit, popup, name, timeoutSeconds * 1000, given).finally(() => popup.close())
  return client.getState() as LoggedIn<Claims>
}
