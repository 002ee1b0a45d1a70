import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { AuthError } from '../errors.ts'
import { kitOf } from '../kit.ts'
import type { LoginOptions } from '../login.ts'
import type { AuthState, UnauthenticatedReason } from '../state.ts'
import { defaultMaximumLogins, defaultWithinSeconds } from './defaults.ts'
import { takeLogin } from './take-login.ts'

/** Options of guards. */
export interface GuardOptions {
  /** Logins a guard may start within `withinSeconds` before it stops. Default 3. */
  readonly maximumLogins?: number
  /** See `maximumLogins`. Default 60. */
  readonly withinSeconds?: number
  /** What every login of the guard asks for, `returnTo` aside. */
  readonly login?: Omit<LoginOptions, 'returnTo'>
  /** Wall clock, epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** The way out of a guarded place: to the login, but not for ever. */
export interface Gate {
  /** Leaves for the login once, or puts the client into the state `error` with `login_loop`. */
  readonly login: (returnTo?: string) => void
}

/** Ends of a session: one word, or one of two longer names. Outcomes of logins look otherwise. */
const ending = /^(?:refresh|subject)_|^[a-z]+$/

/** Why nobody can be let in, and a login by itself would not help; `undefined` where it would. */
export const findFailure = <Claims extends object>(
  state: AuthState<Claims>,
): AuthError | undefined => {
  const { error, reason } = state as { error?: AuthError; reason?: UnauthenticatedReason }
  return reason && !ending.test(reason)
    ? new AuthError(reason as AuthError['code'], 'login', 'login')
    : error
}

/** Creates the gate of one client. */
export const createGate = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  {
    maximumLogins = defaultMaximumLogins,
    withinSeconds = defaultWithinSeconds,
    login,
    now = Date.now,
  }: GuardOptions = {},
): Gate => {
  const kit = kitOf(client)
  const key = `coatcheck:logins:${kit.bffPath}`
  let left: AuthState<Claims> | undefined
  return {
    login: (returnTo) => {
      // Frameworks render twice, and several guards may stand on one page.
      const state = client.getState()
      if (left === state) return
      left = state
      if (takeLogin(key, maximumLogins, withinSeconds * 1000, now())) {
        client.login({ ...login, returnTo } as LoginOptions)
      } else {
        kit.fail('login_loop', 'login')
      }
    },
  }
}
