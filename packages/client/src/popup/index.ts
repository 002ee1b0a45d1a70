import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { AuthError, type AuthErrorCode } from '../errors.ts'
import { kitOf } from '../kit.ts'
import type { LoginOptions } from '../login.ts'
import type { AuthState } from '../state.ts'
import { followPopup } from './follow-popup.ts'
import { openPopup } from './open-popup.ts'

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
  { signal, timeoutSeconds, windowFeatures, ...options }: PopupLoginOptions = {},
): Promise<LoggedIn<Claims>> => {
  const kit = kitOf(client)
  kit.lifetime.throwIfAborted()
  signal?.throwIfAborted()
  const address = kit.loginAddress({ ...options, returnTo: '/', display: 'popup' })
  const popup = openPopup(address, windowFeatures)
  const refuse = (code: AuthErrorCode): AuthError => new AuthError(code, 'login', 'login')
  await followPopup(kit, popup, { signal, timeoutSeconds }, refuse)
  return client.getState() as LoggedIn<Claims>
}
