import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { cookieNames } from '../cookies/cookie-names.ts'
import { type SessionCookie, setSessionCookie } from '../cookies/session-cookie.ts'
import { withdrawCookies } from '../cookies/set-cookie.ts'
import { readPendingStates } from '../cookies/transaction-cookie.ts'
import { defaults } from '../defaults.ts'
import { hashSecret } from './hash-secret.ts'

/** A login that has just made its session. */
export interface FreshLogin {
  readonly state: string
  readonly cookie: SessionCookie
  /** Epoch milliseconds. */
  readonly createdAt: number
}

const keyOf = (state: string) => `login:${hashSecret(state)}`
const placeOf = (state: string) => `login ${state}`

/** So that a login of another tab, whose state this browser brings along, can find this one. */
const announce = async ({ options, transactionSealer }: BffContext, login: FreshLogin) => {
  const { state, cookie, createdAt } = login
  const value = transactionSealer.seal(JSON.stringify({ cookie, createdAt }), placeOf(state))
  const expiresAt = options.now() + defaults.transactionSeconds * 1000
  await options.store.put(keyOf(state), { value, expiresAt })
}

const findLogin = async (bff: BffContext, state: string): Promise<FreshLogin | undefined> => {
  const entry = await bff.options.store.get(keyOf(state))
  const text = entry && bff.transactionSealer.open(entry.value, placeOf(state))
  if (text === undefined) return undefined
  const found = { state, ...(JSON.parse(text) as Omit<FreshLogin, 'state'>) }
  const lookup = await bff.sessions.read(found.cookie.sid)
  return lookup.kind === 'live' ? found : undefined
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined

/** The one order that every process sees the same. */
const isBefore = (one: FreshLogin, other: FreshLogin): boolean =>
  one.createdAt === other.createdAt
    ? one.cookie.sid < other.cookie.sid
    : one.createdAt < other.createdAt

/**
 * Several tabs may finish their logins at once, each unaware of the others' sessions: the browser
 * keeps the cookie that arrives last, and the rest would be devices nobody has. Of such logins the
 * first one's session stays and every tab receives its cookie. An older session that this browser
 * was given and never received is replaced.
 */
export const settleParallelLogins = async (
  bff: BffContext,
  ctx: Context,
  login: FreshLogin,
): Promise<void> => {
  await announce(bff, login)
  const states = readPendingStates(bff, ctx).filter((state) => state !== login.state)
  const found = await Promise.all(states.map((state) => findLogin(bff, state)))
  const windowStart = login.createdAt - defaults.parallelLoginMs
  const others = found.filter(isDefined)
  const winner = [login, ...others]
    .filter(({ createdAt }) => createdAt > windowStart)
    .reduce((first, other) => (isBefore(other, first) ? other : first))
  for (const loser of [login, ...others]) {
    if (loser !== winner) await bff.sessions.end(loser.cookie.sid, 'replaced')
  }
  if (winner === login) return
  const { session, hint } = cookieNames(bff.options)
  withdrawCookies(ctx, [session, hint])
  setSessionCookie(bff.options, ctx, winner.cookie)
}
