import type { SignoutResponse, UserManager as TheirUserManager } from 'oidc-client-ts'
import { type AuthClient, createAuthClient } from '../create-auth-client.ts'
import { AuthError, sessionRequired } from '../errors.ts'
import { findFailure } from '../guard/create-gate.ts'
import { takeLogin } from '../guard/take-login.ts'
import { type Kit, kitOf } from '../kit.ts'
import { loginByPopup, type PopupLoginOptions } from '../popup/index.ts'
import { createEvents, type Raise } from './create-events.ts'
import { defaultExpiringSeconds, loginsWithinMs, maximumLogins } from './defaults.ts'
import { toTheirs } from './errors.ts'
import { type HeldUser, holdUser } from './hold-user.ts'
import { leave } from './leave.ts'
import { keepLoginState, type LoginState, takeLoginState } from './login-state.ts'
import {
  type CallArguments,
  checkGiven,
  type Settings,
  toLoginOptions,
  toPath,
  toWindowFeatures,
  warn,
} from './settings.ts'
import type { User } from './user.ts'

type Theirs = Pick<TheirUserManager, keyof TheirUserManager>

const needed = <Value>(value: Value | null): Value => {
  if (value === null) throw toTheirs(sessionRequired('login'))
  return value
}

const signedOut = { state: null, error: null, error_description: null, error_uri: null }

/**
 * The `UserManager` of oidc-client-ts over a BFF: all public members, none of the protocol. For the
 * place of the real class by a bundler alias; with a client at hand use `createUserManager`.
 *
 * @throws AuthError `invalid_options` for a `client_secret`, and what `createAuthClient` throws
 */
export class UserManager implements Theirs {
  /** What was given. */
  readonly settings: Theirs['settings']
  /** `add…` and `remove…` for every event of oidc-client-ts. */
  readonly events: Theirs['events']
  /** Knows the issuer; the rest of the provider's metadata is the BFF's business. */
  readonly metadataService: Theirs['metadataService']
  readonly #client: AuthClient
  readonly #kit: Kit
  readonly #user: HeldUser
  readonly #raise: Raise
  #login: LoginState | undefined
  #leaving: Promise<void> | undefined
  #renewal: Promise<User> | undefined

  constructor(settings: Settings) {
    checkGiven(settings)
    const { client, resources = {}, bffPath = '/bff', tokenResource, ...theirs } = settings
    const { accessTokenExpiringNotificationTimeInSeconds: seconds = defaultExpiringSeconds } =
      theirs
    const { events, raise } = createEvents()
    this.settings = theirs as Theirs['settings']
    this.events = events as Theirs['events']
    this.metadataService = {
      getIssuer: async () => theirs.authority,
      getMetadata: async () => ({ issuer: theirs.authority }),
    } as object as Theirs['metadataService']
    this.#client = (client as AuthClient | undefined) ?? createAuthClient({ resources, bffPath })
    this.#kit = kitOf(this.#client)
    this.#raise = raise
    this.#user = holdUser(this.#client, tokenResource, seconds * 1000, raise)
  }

  #takeLogin(): LoginState {
    this.#login ??= takeLoginState()
    return this.#login
  }

  /** Comes back to `redirect_uri` where the call names one, and else to where the user is. */
  #loginOptions(given: CallArguments): PopupLoginOptions {
    const { popupWindowFeatures, popupSignal, ...options } = { ...this.settings, ...given }
    return {
      ...toLoginOptions(options),
      ...(popupSignal && { signal: popupSignal }),
      ...(popupWindowFeatures && { windowFeatures: toWindowFeatures(popupWindowFeatures) }),
    }
  }

  /** The user with a token that is good for a call, renewed first where it is not. */
  async getUser(raiseEvent?: boolean): Promise<User | null> {
    return this.#user[raiseEvent ? 'tell' : 'take']({}, this.#takeLogin())
  }

  /** Logs out of the app; the session at the provider goes on. */
  async removeUser(): Promise<void> {
    await this.#user.logout({ provider: 'keep' })
  }

  /** Leaves for the login. Settles when the page does not leave, or comes back. */
  async signinRedirect(args: CallArguments = {}): Promise<void> {
    checkGiven(args)
    this.#leaving ??= leave(this.#kit.lifetime, () => this.#leaveForLogin(args)).finally(() => {
      this.#leaving = undefined
    })
    return this.#leaving
  }

  #leaveForLogin(args: CallArguments): void {
    const { bffPath, now, fail } = this.#kit
    if (takeLogin(`coatcheck:logins:${bffPath}`, maximumLogins, loginsWithinMs, now())) {
      const returnTo = toPath('redirect_uri', args.redirect_uri)
      keepLoginState(args)
      this.#client.login({ ...this.#loginOptions(args), ...(returnTo && { returnTo }) })
    } else {
      fail('login_loop', 'login')
      this.#raise('SilentRenewError', new AuthError('login_loop', 'login', 'never'))
    }
  }

  /** The user after a login. The address is left alone, whatever it holds. */
  async signinRedirectCallback(_url?: string): Promise<User> {
    return needed((await this.signinCallback()) ?? null)
  }

  /**
   * As `signinRedirectCallback`, and `undefined` when nobody is logged in.
   *
   * @throws ErrorResponse when a login has just failed
   */
  async signinCallback(_url?: string): Promise<User | undefined> {
    const failure = findFailure(await this.#client.ready())
    if (failure) throw toTheirs(failure)
    return (await this.#user.tell({}, this.#takeLogin())) ?? undefined
  }

  /** Logs in by a popup. To be called in the handler of a click, before any `await`. */
  async signinPopup(args: CallArguments = {}): Promise<User> {
    checkGiven(args)
    try {
      await loginByPopup(this.#client, this.#loginOptions(args))
    } catch (error) {
      throw toTheirs(error)
    }
    return needed(await this.#user.tell({}, args))
  }

  /** Nothing is left to do: the popup ends at a page of the BFF. */
  async signinPopupCallback(_url?: string): Promise<void> {}

  /** Nothing is left to do: no frame is used. */
  async signinSilentCallback(_url?: string): Promise<void> {}

  /**
   * The user as the BFF knows it now, with a token that has at least half of its life left. Calls at
   * the same time share one.
   *
   * @throws ErrorResponse `login_required` when nobody is logged in; AuthError
   */
  async signinSilent(_args?: object): Promise<User> {
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  async #renew(): Promise<User> {
    try {
      const asked = this.#client.refreshSession()
      return needed(await this.#user.tell({ minValiditySeconds: 86_400 }, {}, asked))
    } catch (error) {
      throw toTheirs(error)
    }
  }

  /** @throws AuthError always: no password passes through the app (RFC 9700, section 2.4) */
  async signinResourceOwnerCredentials(_args: object): Promise<User> {
    const message = 'no password passes through the app: use signinRedirect'
    throw new AuthError('invalid_options', 'login', 'never', { message })
  }

  /** Logs out here, in the other tabs, at the BFF and, leaving the page, at the provider. */
  async signoutRedirect(args: CallArguments = {}): Promise<void> {
    const { post_logout_redirect_uri: address } = { ...this.settings, ...args }
    const returnTo = toPath('post_logout_redirect_uri', address)
    await leave(this.#kit.lifetime, () => this.#user.logout(returnTo ? { returnTo } : {}))
  }

  /** As `signoutRedirect`: the session at the provider ends by leaving the page. */
  async signoutPopup(args?: CallArguments): Promise<void> {
    await this.signoutRedirect(args)
  }

  /** As `removeUser`: the session at the provider cannot be ended out of sight. */
  async signoutSilent(_args?: object): Promise<void> {
    await this.removeUser()
  }

  /** Nothing is left to do: the BFF has taken the provider's answer. */
  async signoutRedirectCallback(_url?: string): Promise<SignoutResponse> {
    return { ...signedOut, userState: undefined }
  }

  /** As `signoutRedirectCallback`. */
  async signoutCallback(_url?: string): Promise<SignoutResponse> {
    return this.signoutRedirectCallback()
  }

  /** As `signoutRedirectCallback`. */
  async signoutPopupCallback(_url?: string): Promise<void> {}

  /** As `signoutRedirectCallback`. */
  async signoutSilentCallback(_url?: string): Promise<void> {}

  /** Asks the BFF who is logged in, without keeping the session alive; `null` for nobody. */
  async querySessionStatus(_args?: object): Promise<{ session_state: string; sub: string } | null> {
    const state = await this.#kit.check()
    if (state.status === 'error') throw toTheirs(state.error)
    return state.status === 'authenticated'
      ? { session_state: `${this.#kit.sid()}`, sub: state.user.sub }
      : null
  }

  /** Has no effect, and says so: logging out revokes the tokens. */
  async revokeTokens(_types?: readonly string[]): Promise<void> {
    warn('revokeTokens has no effect, logging out revokes')
  }

  /** Has no effect: renewal is always on. */
  startSilentRenew(): void {}

  /** Has no effect, and says so: an idle page renews nothing that counts as use of the session. */
  stopSilentRenew(): void {
    warn('stopSilentRenew has no effect, renewal is always on')
  }

  /** `null` is `removeUser`; a user is not stored, and a warning says so. */
  async storeUser(user: object | null): Promise<void> {
    if (user) warn('storeUser stores nothing')
    else await this.removeUser()
  }

  /** Nothing is left to do: a login in progress is the BFF's. */
  async clearStaleState(): Promise<void> {}

  /** Always `undefined`, as without DPoP. */
  async dpopProof(_url: string, _user: object): Promise<undefined> {}

  /** Always `undefined`, as without DPoP. */
  async generateDPoPJkt(_settings: object): Promise<undefined> {}
}
