import type { UserProfile } from 'oidc-client-ts'
import type { AuthClient } from '../create-auth-client.ts'
import type { AuthError } from '../errors.ts'
import type { AccessTokenOptions } from '../get-access-token.ts'
import { kitOf, type TokenLife } from '../kit.ts'
import type { LogoutOptions } from '../logout.ts'
import { createEndWatch } from './create-end-watch.ts'
import type { Raise } from './create-events.ts'
import { lookMs } from './defaults.ts'
import type { LoginState } from './login-state.ts'
import { type Life, User, type UserArguments } from './user.ts'

/** Asks for the user; `slide` and `minValiditySeconds` are those of `getAccessToken`. */
type Ask = (question?: AccessTokenOptions, login?: LoginState) => Promise<User | null>

/** The user of a client in the form of oidc-client-ts. */
export interface HeldUser {
  /**
   * The user with a token that lives long enough, `null` when nobody is logged in. While no token can
   * be had the session is alive all the same: `access_token` is empty and `expired` undefined.
   *
   * @throws AuthError when it is not known who is logged in
   */
  readonly take: Ask
  /** The same after some work, and the listeners of `UserLoaded` are told, once for both. */
  readonly tell: (...args: [...Parameters<Ask>, work?: Promise<unknown>]) => ReturnType<Ask>
  /** Logs out by the app's own wish: `UserUnloaded` alone tells it. */
  readonly logout: (options: LogoutOptions) => Promise<void>
}

const createUser = (life: Life, login: LoginState | undefined, facts: object): User => {
  const { state: userState, url_state } = login ?? {}
  return new User({ token_type: 'Bearer', userState, url_state, ...facts } as UserArguments, life)
}

/** Follows a client and raises the events of oidc-client-ts. */
export const holdUser = (
  client: AuthClient,
  resource: string | undefined,
  expiringMs: number,
  raise: Raise,
): HeldUser => {
  const kit = kitOf(client)
  const wanted = { resource: resource ?? kit.firstResource } as { readonly resource: string }
  const inBackground = { ...wanted, slide: false }
  let life: Life | undefined
  let sub: string | undefined
  /** The token that listeners know of; empty for none, `undefined` until something is known. */
  let told: string | undefined
  let isOwnWish = false

  const findLife = (): TokenLife | undefined =>
    kit.tokens().find((held) => held.resource === wanted.resource && !held.scope)

  const end = createEndWatch(findLife, expiringMs, raise, async () => {
    const error = await client.getAccessToken(inBackground).then(() => {}, Object)
    return client.getState().status === 'authenticated' && error
  })

  /** Empties every `User` of the login: whoever keeps one has nothing any more. */
  const forget = (): void => {
    if (life) Object.assign(life, { token: '', expiresAt: 0 })
    life = sub = undefined
    told &&= ''
  }

  const take: Ask = async (question, login) => {
    const state = await client.ready()
    if (state.status === 'error') throw state.error
    if (state.status !== 'authenticated') return null
    const sid = kit.sid()
    const options = { ...wanted, ...question }
    const token = await client.getAccessToken(options).catch((error: AuthError) => {
      if (error.retry !== 'later' && kit.sid() === sid) throw error
      return ''
    })
    // Another login, or none, while the token was under way.
    if (kit.sid() !== sid) return take(question, login)
    const profile = state.user as UserProfile
    if (sub !== profile.sub) forget()
    sub = profile.sub
    // A token that is read is in use, and one that has grown old meanwhile is renewed.
    const use = (): void => void client.getAccessToken(wanted).catch(() => {})
    life ??= { token: '', expiresAt: undefined, now: kit.now, use }
    if (life.token !== token) end.reset()
    const { leftMs = 0, granted: scope } = findLife() ?? {}
    const expiresAt = token ? Math.floor((kit.now() + leftMs) / 1000) : undefined
    Object.assign(life, { token, expiresAt })
    return createUser(life, login, { session_state: sid, scope, profile })
  }

  const tell: Ask = async (question, login) => {
    const isFirst = told === undefined
    const user = await take(question, login)
    if (user && life?.token !== told) {
      told = life?.token
      // Who is there when the page begins is no news: apps ask for it.
      if (!isFirst) raise('UserLoaded', user)
    }
    return user
  }
  const tellInBackground = (): void => {
    tell(inBackground).catch((error) => raise('SilentRenewError', error))
  }

  const follow = (): void => {
    const state = client.getState()
    const present = state.status === 'authenticated' ? state.user.sub : undefined
    if (present !== sub) forget()
    if (!present && state.status !== 'loading') told ??= ''
    if (present === sub) return
    sub = present
    tellInBackground()
  }

  if (!kit.lifetime.aborted) {
    const beat = setInterval(end.look, lookMs)
    kit.lifetime.addEventListener('abort', () => {
      clearInterval(beat)
      forget()
    })
    client.subscribe(follow)
    client.on('tokenRenewed', (renewed) => {
      if (renewed.resource === wanted.resource && !renewed.scope) tellInBackground()
    })
    client.on('userChanged', () => raise('UserSessionChanged'))
    client.on('sessionEnded', () => {
      if (!isOwnWish) raise('UserSignedOut')
      raise('UserUnloaded')
    })
    follow()
  }

  return {
    take,
    tell: async (question, login, work) => {
      told = ''
      await work
      return tell(question, login)
    },
    logout: (options) => {
      isOwnWish = true
      // The page has forgotten the user by the time the call returns.
      const done = client.logout(options)
      isOwnWish = false
      return done
    },
  }
}
