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
import { pathOf } from '../guard/path-of.ts'
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

/** Options of the plugin. */
export interface PluginOptions {
  /**
   * The page was rendered on a server: the state stays `loading` until the app is mounted, so that
   * hydration finds what the server wrote. Default `false`.
   */
  readonly hydrate?: boolean
}

/**
 * The plugin: `app.use(createAuth(client))`. The client is created once; on a server, once per
 * request.
 */
export const createAuth = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  { hydrate }: PluginOptions = {},
): { install(app: App): void } => ({
  install: (app) => {
    const state = shallowRef() as ShallowRef<AuthState<Claims>>
    const follow = (): void => {
      state.value = hydrate ? { status: 'loading' } : client.getState()
    }
    const stop = client.subscribe(follow)
    const { mount, unmount } = app
    app.mount = (...given) => {
      try {
        return mount(...given)
      } finally {
        hydrate = false
        follow()
      }
    }
    // Not `onUnmount`, which came with Vue 3.5.
    app.unmount = () => {
      stop()
      unmount()
    }
    follow()
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
  const message = 'No createAuth plugin'
  if (!provided) throw new AuthError('invalid_options', 'options', 'never', { message })
  const { client, state } = provided
  const user = computed(() => (state.value as { readonly user?: UserClaims }).user)
  return { ...client, state, user } as unknown as Auth<Claims>
}

/** What a guard looks at of the route that is entered; Vue Router's `to` has it. */
export interface GuardedRoute {
  readonly fullPath: string
  /** Address with the router's base; there whenever Vue Router resolved the route. */
  readonly href?: string
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
  const { enter }: Guard<Claims> = createGuard(client, options)
  return async (to) => {
    if (to.meta.requiresAuth) await enter({ returnTo: pathOf(to.href ?? to.fullPath) })
  }
}
