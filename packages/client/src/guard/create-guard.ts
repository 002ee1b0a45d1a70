import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { kitOf } from '../kit.ts'
import { untilAborted } from '../until-aborted.ts'
import { createGate, findFailure, type Gate, type GuardOptions } from './create-gate.ts'

/** How `enter` is asked. */
export interface EnterOptions {
  /** Where the user comes back to. Default: where the user is. */
  readonly returnTo?: string
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

/** Lets logged-in users in and sends the others to the login, but not for ever. */
export interface Guard<Claims extends object = UserClaims> extends Gate {
  /**
   * Resolves to the user. Without a session it leaves the page for the login; should the user come
   * back without having left (Back), it goes on.
   *
   * @throws AuthError the reason of a failed login (`login_cancelled` and the like, `retry:
   * 'login'`): a user who said no is not asked again by a machine. `login_loop` after too many
   * logins. What the client's state `error` holds. `disposed`
   */
  readonly enter: (options?: EnterOptions) => Promise<Claims>
}

const nextChange = <Claims extends object>(client: AuthClient<Claims>): Promise<void> =>
  new Promise((resolve) => {
    const stop = client.subscribe(() => {
      stop()
      resolve()
    })
  })

/**
 * Creates a guard of one client; keep one per client.
 *
 * @throws AuthError `invalid_options` when the client was not made by `createAuthClient`
 */
export const createGuard = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  options: GuardOptions = {},
): Guard<Claims> => {
  const { lifetime } = kitOf(client)
  const gate = createGate(client, options)
  const enter = async ({ returnTo, signal }: EnterOptions = {}): Promise<Claims> => {
    const stop = AbortSignal.any([lifetime, signal ?? lifetime])
    for (;;) {
      const state = await untilAborted(client.ready(), stop)
      if (state.status === 'authenticated') return state.user
      const failure = findFailure(state)
      if (failure) throw failure
      const change = nextChange(client)
      gate.login(returnTo)
      await untilAborted(change, stop)
    }
  }
  return { ...gate, enter }
}
