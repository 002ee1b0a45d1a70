import type { AuthClient } from '../create-auth-client.ts'
import type { AuthError } from '../errors.ts'
import type { AccessTokenOptions } from '../get-access-token.ts'
import { kitOf } from '../kit.ts'
import type { Raise } from './create-events.ts'
import { takeState } from './take-state.ts'
import { type Life, LiveUser } from './user.ts'

/**
 * The user with a token that lives long enough, `null` when nobody is logged in. While no token can
 * be had the session is alive all the same: `access_token` is empty and `expired` undefined. `slide`
 * and `minValiditySeconds` are those of `getAccessToken`.
 *
 * @throws AuthError when it is not known who is logged in
 */
type Ask = (question?: AccessTokenOptions) => Promise<LiveUser | null>

/** Follows a client and raises the events of oidc-client-ts. */
export const holdUser = (client: AuthClient, resource: string, raise: Raise): Ask => {
  const kit = kitOf(client)
  const inBackground = { resource, slide: false }
  // A token that is read is in use, and one that has grown old meanwhile is renewed.
  const use = (): void => void client.getAccessToken({ resource }).catch(() => {})
  let life: Life | undefined
  let kept: readonly [unknown] | undefined

  /** Empties every `User` of the login: whoever keeps one has nothing any more. */
  const forget = (): void => {
    if (life) Object.assign(life, { token: '', ends: 0 })
    life = undefined
  }

  const take: Ask = async (question) => {
    const { user, error } = (await client.ready()) as { user?: object; error?: AuthError }
    if (error) throw error
    if (!user) return null
    if (question !== inBackground) kept ??= [takeState()]
    const session_state = kit.sid()
    const token = await client.getAccessToken({ resource, ...question }).catch((reason) => {
      if (kit.sid() === session_state) raise('SilentRenewError', reason)
      return ''
    })
    // Another login, or none, while the token was under way.
    if (kit.sid() !== session_state) return take(question)
    const { leftMs = 0, granted: scope } =
      kit.tokens().find((held) => held.resource === resource && !held.scope) ?? {}
    const isNew = token && token !== life?.token
    const ends = token ? Math.floor((kit.now() + leftMs) / 1000) : undefined
    life = Object.assign(life ?? { now: kit.now, use }, { token, ends })
    const facts = { token_type: 'Bearer', session_state, scope, profile: user, state: kept?.[0] }
    const taken = new LiveUser(facts, life)
    if (isNew) raise('UserLoaded', taken)
    return taken
  }
  const follow = (): void => {
    if (client.getState().status === 'authenticated') take(inBackground).catch(() => {})
    else forget()
  }

  kit.lifetime.addEventListener('abort', forget)
  client.subscribe(follow)
  client.on('tokenRenewed', follow)
  client.on('userChanged', () => {
    forget()
    raise('UserSessionChanged')
  })
  client.on('sessionEnded', () => {
    raise('UserSignedOut')
    raise('UserUnloaded')
  })
  client.ready().then(follow)
  return take
}
