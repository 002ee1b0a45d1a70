'use client'

import type { UserClaims } from '@coatcheck/wire'
import {
  type ComponentType,
  createContext,
  createElement,
  type FunctionComponent,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from 'react'
import type { AuthClient } from '../create-auth-client.ts'
import { AuthError } from '../errors.ts'
import { createGate, findFailure, type Gate, type GuardOptions } from '../guard/create-gate.ts'
import type { AuthState } from '../state.ts'

interface Provided {
  readonly client: AuthClient
  readonly gate: Gate
}

const AuthContext = createContext<Provided | undefined>(undefined)

/** Properties of `AuthProvider`. */
export interface AuthProviderProps<Claims extends object = UserClaims> {
  /** Created once, outside of components. On a server: one per request. */
  readonly client: AuthClient<Claims>
  /** When the guards stop sending users to the login. */
  readonly guard?: GuardOptions
  readonly children?: ReactNode
}

/** Provides the client to the hooks and guards below it. */
export const AuthProvider = <Claims extends object = UserClaims>({
  client,
  guard,
  children,
}: AuthProviderProps<Claims>): ReactNode => {
  // The options are read when the client is first provided.
  // biome-ignore lint/correctness/useExhaustiveDependencies: an object literal changes always
  const provided = useMemo(
    () => ({ client: client as unknown as AuthClient, gate: createGate(client, guard) }),
    [client],
  )
  return createElement(AuthContext.Provider, { value: provided }, children)
}

const useProvided = (): Provided => {
  const provided = useContext(AuthContext)
  if (provided) return provided
  throw new AuthError('invalid_options', 'options', 'never', { message: 'No AuthProvider above' })
}

const loading: AuthState = { status: 'loading' }
const getServerState = (): AuthState => loading

const useAuthState = ({ client }: Provided): AuthState =>
  useSyncExternalStore(client.subscribe, client.getState, getServerState)

/** What {@link useAuth} answers: the state, and what can be done. */
export type Auth<Claims extends object = UserClaims> = AuthState<Claims> &
  Omit<AuthClient<Claims>, 'getState' | 'subscribe' | 'dispose'>

/**
 * The state and the client's methods in one object, the same object until the state changes.
 * Renewals of tokens change nothing and render nothing.
 *
 * @throws AuthError `invalid_options` without an `AuthProvider`
 */
export const useAuth = <Claims extends object = UserClaims>(): Auth<Claims> => {
  const provided = useProvided()
  const state = useAuthState(provided)
  return useMemo(
    () => ({ ...provided.client, ...state }) as unknown as Auth<Claims>,
    [provided, state],
  )
}

/** The user, or `undefined` as long as nobody is logged in. */
export const useUser = <Claims extends object = UserClaims>(): Claims | undefined => {
  const { user } = useAuthState(useProvided()) as { readonly user?: Claims }
  return user
}

/**
 * `client.getAccessToken`: a function, always the same one, because a token in a component's state
 * would be out of the client's hands. Call it where the token is sent.
 */
export const useAccessToken = (): AuthClient['getAccessToken'] =>
  useProvided().client.getAccessToken

/** Properties of `RequireAuth`. */
export interface RequireAuthProps {
  /** What logged-in users see. */
  readonly children?: ReactNode
  /** Shown while it is not known yet who is there, and on the way to the login. Default nothing. */
  readonly fallback?: ReactNode
  /** Shown when a login failed or cannot help. Default: the error is thrown to the next boundary. */
  readonly failed?: (error: AuthError) => ReactNode
}

/**
 * Shows its children to logged-in users and sends everyone else to the login, unless a login just
 * failed or would be the fourth within a minute (`login_loop`).
 */
export const RequireAuth = ({ children, fallback, failed }: RequireAuthProps): ReactNode => {
  const provided = useProvided()
  const state = useAuthState(provided)
  const failure = findFailure(state)
  // By the snapshot: a page that comes back from the back/forward cache has a new one.
  useEffect(() => {
    if (state.status === 'unauthenticated' && !findFailure(state)) provided.gate.login()
  }, [provided, state])
  if (state.status === 'authenticated') return children
  // What waiting mends is not worth a page of its own: the client tries again.
  if (!failure || (failure.retry === 'later' && !failed)) return fallback
  if (failed) return failed(failure)
  throw failure
}

/** The component behind {@link RequireAuth}. */
export const withAuth =
  <Props extends object>(
    component: ComponentType<Props>,
    options: Omit<RequireAuthProps, 'children'> = {},
  ): FunctionComponent<Props> =>
  (props) =>
    createElement(RequireAuth, options, createElement(component, props))
