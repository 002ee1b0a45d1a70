import type { UserClaims } from '@coatcheck/wire'
import type { Readable } from 'svelte/store'
import type { AuthClient } from '../create-auth-client.ts'
import type { GuardOptions } from '../guard/create-gate.ts'
import { createGuard } from '../guard/create-guard.ts'
import type { AuthState } from '../state.ts'

/** What {@link createAuth} answers: stores, and what can be done. */
export interface Auth<Claims extends object = UserClaims>
  extends Omit<AuthClient<Claims>, 'getState' | 'subscribe' | 'dispose'> {
  /** The present snapshot; renewals of tokens do not change it. */
  readonly state: Readable<AuthState<Claims>>
  /** The user, or `undefined` as long as nobody is logged in. */
  readonly user: Readable<Claims | undefined>
}

/**
 * Makes stores of a client, for `$auth.state` of old and `fromStore(auth.state)` in runes. On a
 * server: one per request.
 *
 * @example
 * ```svelte
 * <script>
 *   const { user, login } = createAuth(client)
 * </script>
 * {#if $user}Hello {$user.name}{:else}<button onclick={() => login()}>Log in</button>{/if}
 * ```
 */
export const createAuth = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
): Auth<Claims> => {
  const store = <Value>(read: (state: AuthState<Claims>) => Value): Readable<Value> => ({
    subscribe: (run) => {
      const tell = () => run(read(client.getState()))
      tell()
      return client.subscribe(tell)
    },
  })
  return {
    ...client,
    state: store((state) => state),
    user: store((state) => (state.status === 'authenticated' ? state.user : undefined)),
  }
}

/** What SvelteKit hands to a universal `load`. */
export interface LoadEvent {
  readonly url: URL
}

/**
 * A universal `load` of SvelteKit (with `ssr = false`) that resolves to the user, for routes that
 * need one.
 *
 * @example
 * ```ts
 * // +layout.ts
 * export const ssr = false
 * export const load = createLoadGuard(client)
 * ```
 *
 * @throws AuthError what `Guard.enter` throws, for `+error.svelte`
 */
export const createLoadGuard = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  options?: GuardOptions,
): ((event: LoadEvent) => Promise<{ readonly user: Claims }>) => {
  const guard = createGuard(client, options)
  // SvelteKit hides the fragment from `load`.
  return async ({ url }) => ({
    user: await guard.enter({ returnTo: url.pathname + url.search }),
  })
}
