import type { UserClaims } from '@coatcheck/wire'
import { type Context, createEra, startEra } from './context.ts'
import { AuthError } from './errors.ts'
import { createFetch } from './fetch.ts'
import { type AccessTokenOptions, getAccessToken } from './get-access-token.ts'
import { attachKit } from './kit.ts'
import { type LoginOptions, login, takeLoginError } from './login.ts'
import { type LogoutOptions, logout } from './logout.ts'
import type { AuthClientOptions } from './options.ts'
import { capturePlatform } from './platform.ts'
import { resolveOptions } from './resolve-options.ts'
import { loadSession, settleSession } from './session.ts'
import { type AuthEvents, type AuthState, listen, type Unsubscribe } from './state.ts'
import { joinTabs } from './sync.ts'
import { watchPage } from './wake.ts'

/** One app's login. */
export interface AuthClient<Claims extends object = UserClaims> {
  /** Settles as soon as it is known whether somebody is logged in, or that it cannot be known now. */
  readonly ready: () => Promise<AuthState<Claims>>
  /** The present snapshot; the same object until something visible changes. */
  readonly getState: () => AuthState<Claims>
  /** Calls the listener after every change of the snapshot. */
  readonly subscribe: (listener: () => void) => Unsubscribe
  /** Calls the listener when something happens. */
  readonly on: <Name extends keyof AuthEvents<Claims>>(
    name: Name,
    listener: (detail: AuthEvents<Claims>[Name]) => void,
  ) => Unsubscribe
  /** Leaves the page for the provider's login page. */
  readonly login: (options?: LoginOptions) => void
  /**
   * Logs out here, in the other tabs, at the BFF and at the provider.
   *
   * @throws AuthError when the BFF could not be told yet
   */
  readonly logout: (options?: LogoutOptions) => Promise<void>
  /**
   * An access token that lives long enough, for transports that cannot use `fetch` below. Do not
   * store it.
   *
   * @throws AuthError `session_required` without a session; `retry: 'later'` where it cannot be had
   */
  readonly getAccessToken: (options?: AccessTokenOptions) => Promise<string>
  /**
   * The platform's `fetch`, with the token for the origins in `resources` and for no other. A 401
   * leads to one renewal, shared by all callers, and one replay with the same body; a stream is
   * sent once. A request that brings its own `Authorization` is left alone. Requests with a token
   * do not follow redirects.
   *
   * @throws AuthError `session_required` and the like (`retry: 'login'`) without a session;
   * `network_error`, `provider_unavailable` and the like (`retry: 'later'`) where a token cannot be
   * had now; `body_not_replayable` for a stream after a 401; `disposed`. Also what the platform's
   * `fetch` throws
   */
  readonly fetch: typeof globalThis.fetch
  /** Asks the BFF again who is logged in. Failing to reach it is no error: the session is kept. */
  readonly refreshSession: () => Promise<AuthState<Claims>>
  /** Stops timers, listeners and requests. The client cannot be used afterwards. */
  readonly dispose: () => void
}

/**
 * Creates the client of one app; one request tells who is logged in and brings the first token.
 * Nothing happens before, and nothing is shared between clients. Where there is no document, as in
 * server rendering, the state stays `loading` and calls that need a session are refused.
 *
 * @throws AuthError `invalid_options`
 */
export const createAuthClient = <Claims extends object = UserClaims>(
  options: AuthClientOptions<Claims>,
): AuthClient<Claims> => {
  const context: Context = {
    ...resolveOptions(options),
    ...capturePlatform(options),
    state: { status: 'loading' },
    listeners: new Set(),
    era: createEra(),
    attemptAgeMs: () => 0,
    retryMs: 0,
  }
  const lifetime = new AbortController()
  const stop = (code: 'disposed' | 'not_in_browser'): void => {
    const reason = new AuthError(code, 'session', 'never')
    lifetime.abort(reason)
    startEra(context, reason)
    context.era.controller.abort(reason)
  }
  if (globalThis.document) {
    context.loginError = takeLoginError()
    joinTabs(context, lifetime.signal)
    watchPage(context, lifetime.signal)
    loadSession(context, '')
  } else {
    stop('not_in_browser')
  }
  const client: AuthClient = {
    ready: () => settleSession(context),
    getState: () => context.state,
    subscribe: (listener) => listen(context, '', listener),
    on: (name, listener) => listen(context, name, listener),
    login: (loginOptions) => login(context, loginOptions),
    logout: (logoutOptions) => logout(context, logoutOptions),
    getAccessToken: (tokenOptions) => getAccessToken(context, tokenOptions),
    fetch: createFetch(context),
    refreshSession: () => loadSession(context, '').then(() => settleSession(context)),
    dispose: () => stop('disposed'),
  }
  attachKit(client, context, lifetime.signal)
  return client as unknown as AuthClient<Claims>
}
