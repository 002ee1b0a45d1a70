import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { readSessionHint, type SessionCookie, setSessionCookie } from '../cookies/session-cookie.ts'
import { withdrawCookies } from '../cookies/set-cookie.ts'
import { readPendingStates } from '../cookies/transaction-cookie.ts'
import { defaults } from '../defaults.ts'
import { hashSecret } from './hash-secret.ts'
import { replaceSession } from './replace-session.ts'

/** A login that has just made its session. */
export interface FreshLogin {
  readonly state: string
  /** When it began, epoch milliseconds. */
  readonly startedAt: number
  readonly cookie: SessionCookie
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** A session this browser got, gets or could have got. */
interface Contender {
  readonly sid: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Left out where the browser has it already. */
  readonly cookie?: SessionCookie
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

const isLive = async ({ sessions }: BffContext, sid: string) =>
  (await sessions.read(sid)).kind === 'live'

/** The session of another tab's login, by the state that this browser brought along. */
const findByState = async (bff: BffContext, state: string): Promise<Contender | undefined> => {
  const entry = await bff.options.store.get(keyOf(state))
  const text = entry && bff.transactionSealer.open(entry.value, placeOf(state))
  if (text === undefined) return undefined
  const announced = JSON.parse(text) as Pick<FreshLogin, 'cookie' | 'createdAt'>
  const { sid } = announced.cookie
  return (await isLive(bff, sid)) ? { sid, ...announced } : undefined
}

/** The session this browser had when it sent the request, unless it is older than the login. */
const findByHint = async (
  { sessions }: BffContext,
  sid: string,
  { startedAt }: FreshLogin,
): Promise<Contender | undefined> => {
  const lookup = await sessions.read(sid)
  if (lookup.kind !== 'live') return undefined
  const { createdAt } = lookup.session.record.login
  return createdAt > startedAt ? { sid, createdAt } : undefined
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined

/** The one order that every process sees the same. */
const isBefore = (one: Contender, other: Contender): boolean =>
  one.createdAt === other.createdAt ? one.sid < other.sid : one.createdAt < other.createdAt

/**
 * Several tabs may finish their logins at once, each unaware of the others' sessions: the browser
 * keeps the cookie that arrives last, and the rest would be devices nobody has. Of such logins the
 * first one's session stays and every tab receives its cookie. An older session, be it the one this
 * browser had or one that it was given and never received, is replaced.
 */
export const settleParallelLogins = async (
  bff: BffContext,
  ctx: Context,
  login: FreshLogin,
): Promise<void> => {
  await announce(bff, login)
  const own: Contender = { ...login, sid: login.cookie.sid }
  const hint = readSessionHint(bff.options, ctx)
  const held = hint === undefined ? undefined : await findByHint(bff, hint, login)
  const outdated = held === undefined ? hint : undefined
  const states = readPendingStates(bff, ctx).filter((state) => state !== login.state)
  const found = await Promise.all(states.map((state) => findByState(bff, state)))
  const others = [held, ...found].filter(isDefined).filter(({ sid }) => sid !== outdated)
  const windowStart = login.createdAt - defaults.parallelLoginMs
  const winner = [own, ...others]
    .filter(({ createdAt }) => createdAt > windowStart)
    .reduce((first, other) => (isBefore(other, first) ? other : first))
  // Nothing ends before the last read: a store that goes away until then costs nobody a session.
  const sids = new Set([outdated, own.sid, ...others.map(({ sid }) => sid)].filter(isDefined))
  sids.delete(winner.sid)
  const successor = winner.sid
  await Promise.all([...sids].map((sid) => replaceSession(bff, { sid, successor })))
  if (winner === own) return
  const { session, hint: hintName } = bff.options.cookieNames
  withdrawCookies(ctx, [session, hintName])
  if (winner.cookie !== undefined) setSessionCookie(bff.options, ctx, winner.cookie)
}
