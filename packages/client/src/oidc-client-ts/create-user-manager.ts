import type { UserClaims } from '@coatcheck/wire'
import type { UserManager as TheirUserManager } from 'oidc-client-ts'
import type { AuthClient } from '../create-auth-client.ts'
import type { Settings } from './settings.ts'
import { UserManager } from './user-manager.ts'

/** Options of `createUserManager`: settings of oidc-client-ts; none is needed. */
export type UserManagerOptions = Omit<Settings, 'client' | 'resources' | 'bffPath'>

/**
 * A client in the form of oidc-client-ts' `UserManager`, for code that takes one, such as the
 * `userManager` property of react-oidc-context's `AuthProvider`.
 *
 * @example
 * ```ts
 * const client = createAuthClient({ resources: { orders: { origin: 'https://orders.example' } } })
 * const userManager = createUserManager(client)
 * ```
 *
 * @throws ErrorResponse for a `client_secret`; AuthError `invalid_options` for another client than ours
 */
export const createUserManager = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  options: UserManagerOptions = {},
): TheirUserManager => {
  // The type of the real class has private members, which no other class can have.
  return new UserManager({ ...options, client }) as object as TheirUserManager
}
