import type { UserClaims } from '@coatcheck/wire'
import {
  type App,
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  type ShallowRef,
  shallowRef,
} from 'vue'
import type { AuthClient } from '../create-auth-client.ts'
import { AuthError } from '../errors.ts'
import type { GuardOptions } from '../guard/create-gate.ts'
import { createGuard, type Guard } from '../guard/create-guard.ts'
import type { AuthState } from '../state.ts'

interface Provided {
  readonly client: AuthClient
  readonly state: Readonly<ShallowRef<AuthState>>
}

const provisionKey: InjectionKey<Provided> = Symbol('coatcheck')

/** What {@link useAuth} answers. */
export interface Auth<Claims extends object = UserClaims>
  extends Omit<AuthClient<Claims>, 'getState' | 'subscribe' | 'dispose'> {
  /** The present snapshot; renewals of tokens do not change it. */
  readonly state: Readonly<ShallowRef<AuthState<Claims>>>
  /** The user, or `undefined` as long as nobody is logged in. */
  readonly user: ComputedRef<Claims | undefined>
}

/**
 * The plugin: `app.use(createAuth(client))`. The client is created once; on a server, once per
 * request.
 */
export const createAuth = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
): { install(app: App): void } => ({
  install: (app) => {
    const state = shallowRef(client.getState())
    const stop = client.subscribe(() => {
      state.value = client.getState()
    })
    app.onUnmount?.(stop)
    app.provide(provisionKey, { client, state } as unknown as Provided)
  },
})

/**
 * The state and the client's methods, in components below the plugin.
 *
 * @throws AuthError `invalid_options` without the plugin, or outside of `setup`
 */
export const useAuth = <Claims extends object = UserClaims>(): Auth<Claims> => {
  const provided = inject(provisionKey, undefined)
  if (!provided) {
    const message = 'No createAuth plugin'
    throw new AuthError('invalid_options', 'options', 'never', { message })
  }
  const { client, state } = provided
  const user = computed(() =>
    state.value.status === 'authenticated' ? state.value.user : undefined,
  )
  return { ...client, state, user } as unknown as Auth<Claims>
}

/** What a guard looks at of the route that is entered; Vue Router's `to` has it. */
export interface GuardedRoute {
  readonly fullPath: string
  readonly meta: { readonly requiresAuth?: unknown }
}

/**
 * A `beforeEach` for Vue Router: routes with `meta: { requiresAuth: true }` need a user. A visitor
 * leaves for the login and comes back to the route that was asked for.
 *
 * @example
 * ```ts
 * router.beforeEach(createRouterGuard(client))
 * ```
 *
 * @throws AuthError what `Guard.enter` throws, for `router.onError`
 */
export const createRouterGuard = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  options?: GuardOptions,
): ((to: GuardedRoute) => Promise<void>) => {
  const guard: Guard<Claims> = createGuard(client, options)
  return async ({ fullPath, meta }) => {
    if (meta.requiresAuth) await guard.enter({ returnTo: fullPath })
  }
}
