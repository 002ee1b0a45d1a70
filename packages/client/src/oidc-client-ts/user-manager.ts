import type { UserManager as TheirUserManager } from 'oidc-client-ts'
import { type AuthClient, createAuthClient } from '../create-auth-client.ts'
import { kitOf } from '../kit.ts'
import type { LogoutOptions } from '../logout.ts'
import { createEvents } from './create-events.ts'
import { ErrorResponse } from './errors.ts'
import { holdUser } from './hold-user.ts'
import { leave } from './leave.ts'
import { type CallArguments, type Settings, toPath, warn, warnOfUnused } from './settings.ts'
import type { LiveUser } from './user.ts'

type Theirs = Pick<TheirUserManager, keyof TheirUserManager>

const nothing = async (): Promise<undefined> => {}

const refuse = (error: string): ErrorResponse => new ErrorResponse({ error })

const needed = <Value>(value: Value | null | undefined): Value => {
  if (value) return value
  throw refuse('login_required')
}

/** Calls at the same time share one. */
const once = <Input, Output>(
  work: (input: Input) => Promise<Output>,
): ((input: Input) => Promise<Output>) => {
  let flight: Promise<Output> | undefined
  return (input) => {
    flight ??= work(input).finally(() => {
      flight = undefined
    })
    return flight
  }
}

/** The members but for `events`, `settings` and what has no effect. */
const createMembers = (given: Settings): object => {
  const { client: base, tokenResource, ...settings } = given
  if (settings.client_secret) throw refuse('client_secret')
  if (process.env.NODE_ENV !== 'production') warnOfUnused(given)
  const client = (base ?? createAuthClient({ resources: {}, ...settings } as never)) as AuthClient
  const kit = kitOf(client)
  const { events, raise } = createEvents()
  const take = holdUser(client, (tokenResource ?? kit.firstResource) as string, raise)
  const withSettings = (args: CallArguments): CallArguments => {
    if (process.env.NODE_ENV !== 'production') warnOfUnused(args)
    return { ...settings, ...args }
  }
  const signinCallback = async (): Promise<LiveUser | undefined> => (await take()) ?? undefined
  const removeUser = (): Promise<void> => client.logout({ provider: 'keep' })
  const signoutRedirect = (args: CallArguments = {}): Promise<void> => {
    const { post_logout_redirect_uri: address } = withSettings(args)
    return leave(() => client.logout({ returnTo: toPath(address) } as LogoutOptions))
  }
  return {
    settings,
    events,
    metadataService: {},
    getUser: () => take(),
    removeUser,
    signinRedirect: once((args: CallArguments = {}) =>
      leave(async () => {
        const { logInByRedirect } = await import('./log-in.ts')
        logInByRedirect(kit, withSettings(args), toPath(args.redirect_uri))
      }),
    ),
    signinCallback,
    signinRedirectCallback: async () => needed(await take()),
    signinPopup: async (args: CallArguments = {}) => {
      const popup = open('', '', 'popup,width=480,height=700')
      const { logInByPopup } = await import('./log-in.ts')
      await logInByPopup(kit, withSettings(args), popup, refuse)
      return needed(await take())
    },
    signinSilent: once(async () => {
      // More than half of any token's life, which is the most the BFF grants.
      const minValiditySeconds = 86_400
      await client.refreshSession()
      return needed(await take({ minValiditySeconds }))
    }),
    signinResourceOwnerCredentials: async () => {
      throw refuse('no password')
    },
    signoutRedirect,
    signoutPopup: signoutRedirect,
    signoutSilent: removeUser,
    signoutCallback: nothing,
    signoutRedirectCallback: nothing,
    querySessionStatus: async () => {
      await kit.check()
      const user = await take({ slide: false })
      return user && { ...user, sub: user.profile.sub }
    },
    revokeTokens: async () => {
      if (process.env.NODE_ENV !== 'production') warn('revokeTokens: logging out revokes')
    },
    stopSilentRenew: () => {
      if (process.env.NODE_ENV !== 'production') warn('stopSilentRenew: renewal is always on')
    },
    storeUser: async (user: object | null) => {
      if (!user) return removeUser()
      if (process.env.NODE_ENV !== 'production') warn('storeUser stores nothing')
    },
    signinPopupCallback: nothing,
    signinSilentCallback: nothing,
    signoutPopupCallback: nothing,
    signoutSilentCallback: nothing,
    startSilentRenew: nothing,
    clearStaleState: nothing,
    dpopProof: nothing,
    generateDPoPJkt: nothing,
  }
}

/**
 * The `UserManager` of oidc-client-ts over a BFF: all public members, none of the protocol. For the
 * place of the real class by a bundler alias; with a client at hand use `createUserManager`. The
 * members are the object's own: they can be replaced, not overridden in a subclass.
 *
 * @throws ErrorResponse for a `client_secret`; AuthError, what `createAuthClient` throws
 */
export const UserManager: new (settings: Settings) => Theirs = class UserManager {
  constructor(settings: Settings) {
    Object.assign(this, createMembers(settings))
  }
} as never

/** A manager as {@link UserManager} makes it. */
export type UserManager = Theirs
