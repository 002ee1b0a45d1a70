import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { AuthError, type AuthErrorCode } from '../errors.ts'
import { kitOf } from '../kit.ts'
import type { LoginOptions } from '../login.ts'
import type { AuthState, UnauthenticatedReason } from '../state.ts'
import { untilAborted } from '../until-aborted.ts'
import { defaultMaximumLogins, defaultWithinSeconds } from './defaults.ts'
import { createLoginCount } from './login-count.ts'

/** Options of `createGuard`. */
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

/** How `enter` is asked. */
export interface EnterOptions {
  /** Where the user comes back to. Default: where the user is. */
  readonly returnTo?: string
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

/** Lets logged-in users in and sends the others to the login, but not for ever. */
export interface Guard<Claims extends object = UserClaims> {
  /**
   * Resolves to the user. Without a session it leaves the page for the login; should the user come
   * back without having left (Back), it goes on.
   *
   * @throws AuthError the reason of a failed login (`login_cancelled` and the like, `retry:
   * 'login'`): a user who said no is not asked again by a machine. `login_loop` after too many
   * logins. What the client's state `error` holds. `disposed`
   */
  readonly enter: (options?: EnterOptions) => Promise<Claims>
  /** Leaves for the login once, or puts the client into the state `error` with `login_loop`. */
  readonly login: (returnTo?: string) => void
}

const endReasons: readonly unknown[] = [
  undefined,
  'expired',
  'logout',
  'replaced',
  'refresh_rejected',
  'subject_changed',
  'replayed',
  'revoked',
]

/** The code of a login that failed; `undefined` where there was none or a session just ended. */
export const findLoginFailure = (state: AuthState<object>): AuthErrorCode | undefined =>
  state.status === 'unauthenticated' && !endReasons.includes(state.reason)
    ? (state.reason as Exclude<UnauthenticatedReason, undefined> & AuthErrorCode)
    : undefined

const nextChange = (client: Pick<AuthClient, 'subscribe'>): Promise<void> =>
  new Promise((resolve) => {
    const stop = client.subscribe(() => {
      stop()
      resolve()
    })
  })

/**
 * Creates a guard of one client; the bindings' guards are made of it. Keep one per client.
 *
 * @throws AuthError `invalid_options` when the client was not made by `createAuthClient`
 */
export const createGuard = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  {
    maximumLogins = defaultMaximumLogins,
    withinSeconds = defaultWithinSeconds,
    login: wanted,
    now = Date.now,
  }: GuardOptions = {},
): Guard<Claims> => {
  const kit = kitOf(client)
  const count = createLoginCount(
    `coatcheck:logins:${kit.bffPath}`,
    maximumLogins,
    withinSeconds,
    now,
  )
  let isLeaving: boolean | undefined
  const login = (returnTo?: string): void => {
    // Frameworks render twice, and several guards may stand on one page.
    if (isLeaving) return
    isLeaving = true
    const stop = client.subscribe(() => {
      stop()
      isLeaving = undefined
    })
    if (count.take()) client.login({ ...wanted, ...(returnTo !== undefined && { returnTo }) })
    else kit.fail(new AuthError('login_loop', 'login', 'never'))
  }
  const enter = async ({ returnTo, signal }: EnterOptions = {}): Promise<Claims> => {
    const stop = AbortSignal.any(signal ? [signal, kit.lifetime] : [kit.lifetime])
    for (;;) {
      stop.throwIfAborted()
      const state = await client.ready()
      if (state.status === 'authenticated') return state.user
      if (state.status === 'error') throw state.error
      const failure = findLoginFailure(state)
      if (failure) throw new AuthError(failure, 'login', 'login')
      const change = nextChange(client)
      login(returnTo)
      await untilAborted(change, stop)
    }
  }
  return { enter, login }
}
