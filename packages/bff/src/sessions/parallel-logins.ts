import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { readSessionHint, type SessionCookie, setSessionCookie } from '../cookies/session-cookie.ts'
import { withdrawCookies } from '../cookies/set-cookie.ts'
import { readPendingStates } from '../cookies/transaction-cookie.ts'
import { defaults } from '../defaults.ts'
import {
  type AnnouncedSession,
  type Announcement,
  announce,
  hashState,
  knows,
  leaveNote,
  readAnnouncement,
} from './login-announcements.ts'
import { type Replacement, replaceSession } from './replace-session.ts'

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
interface Contender extends AnnouncedSession {
  /**
   * Settled: whoever made it does not know of this login and hands it out. Open: both know of each
   * other, and decide alike.
   */
  readonly standing: 'settled' | 'open'
}

/** A login, and what its request says about the browser. */
interface Survey {
  readonly login: FreshLogin
  /** Sid of the session the browser had when it sent the request. */
  readonly hint: string | undefined
  /** Of other logins that the browser has begun and not finished. */
  readonly states: readonly string[]
  /** What a faster login has left for this one. */
  readonly note: Announcement | undefined
}

/** What a login finds of others. */
interface Findings {
  /** Sid of a session from before this login. */
  readonly outdated: string | undefined
  readonly others: readonly Contender[]
  /** States whose login has no session yet, or none any more. */
  readonly unfinished: readonly string[]
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined

const isLive = async ({ sessions }: BffContext, sid: string) =>
  (await sessions.read(sid)).kind === 'live'

const toContender = async (
  bff: BffContext,
  { state }: FreshLogin,
  announcement: Announcement,
): Promise<Contender | undefined> => {
  if (!(await isLive(bff, announcement.sid))) return undefined
  return { ...announcement, standing: knows(announcement, state) ? 'open' : 'settled' }
}

/** The session this browser had when it sent the request, unless it is older than the login. */
const findByHint = async (
  { sessions }: BffContext,
  { login, hint }: Survey,
): Promise<Contender | undefined> => {
  const lookup = hint === undefined ? undefined : await sessions.read(hint)
  if (lookup?.kind !== 'live') return undefined
  const { sid, login: facts } = lookup.session.record
  const { createdAt } = facts
  return createdAt > login.startedAt ? { sid, createdAt, standing: 'settled' } : undefined
}

const lookAround = async (bff: BffContext, survey: Survey): Promise<Findings> => {
  const { login, hint, states, note } = survey
  const held = await findByHint(bff, survey)
  const outdated = held === undefined ? hint : undefined
  const announcements = await Promise.all(states.map((state) => readAnnouncement(bff, state)))
  const found = await Promise.all(
    [note, ...announcements]
      .filter(isDefined)
      .map((announcement) => toContender(bff, login, announcement)),
  )
  const others = [held, ...found]
    .filter(isDefined)
    .filter(({ sid }) => sid !== outdated && sid !== login.cookie.sid)
  const unfinished = states.filter((_, index) => announcements[index]?.known === undefined)
  return { outdated, others, unfinished }
}

/** The one order that every process sees the same. */
const isBefore = (one: Contender, other: Contender): boolean =>
  one.createdAt === other.createdAt ? one.sid < other.sid : one.createdAt < other.createdAt

const chooseWinner = (own: Contender, others: readonly Contender[]): Contender => {
  const windowStart = own.createdAt - defaults.parallelLoginMs
  const recent = others.filter(({ createdAt }) => createdAt > windowStart)
  const settled = recent.filter(({ standing }) => standing === 'settled')
  const candidates = settled.length > 0 ? settled : [own, ...recent]
  return candidates.reduce((first, other) => (isBefore(other, first) ? other : first))
}

/** Decides, and tells the logins that come later: they find what was decided and keep to it. */
const decide = async (bff: BffContext, survey: Survey, own: Contender) => {
  for (;;) {
    const { outdated, others, unfinished } = await lookAround(bff, survey)
    const winner = chooseWinner(own, others)
    const notes = unfinished.map((state) => leaveNote(bff, state, winner))
    if (!(await Promise.all(notes)).every(Boolean)) continue
    const sids = new Set([outdated, ...others.map(({ sid }) => sid)].filter(isDefined))
    sids.delete(winner.sid)
    return { winner, losers: [...sids] }
  }
}

/** Lets the browser have the session of another login in place of this one's. */
const giveCookie = ({ options }: BffContext, ctx: Context, { cookie }: Contender): void => {
  const { session, hint } = options.cookieNames
  withdrawCookies(ctx, [session, hint])
  if (cookie !== undefined) setSessionCookie(options, ctx, cookie)
}

/**
 * Several tabs may finish their logins at once, each unaware of the others' sessions: the browser
 * keeps the cookie that arrives last, and the rest would be devices nobody has. Of such logins the
 * session of one stays and every tab receives its cookie: of a login that was done before the others
 * could be seen, or else the first. An older session, be it the one this browser had or one that it
 * was given and never received, is replaced.
 */
export const settleParallelLogins = async (
  bff: BffContext,
  ctx: Context,
  login: FreshLogin,
): Promise<void> => {
  const { state, cookie, createdAt } = login
  const states = readPendingStates(bff, ctx).filter((other) => other !== state)
  const own: Contender = { sid: cookie.sid, createdAt, cookie, standing: 'open' }
  const announcement = { sid: cookie.sid, createdAt, cookie, known: states.map(hashState) }
  const note = await announce(bff, state, announcement)
  const survey = { login, hint: readSessionHint(bff.options, ctx), states, note }
  for (;;) {
    // Nothing ends before the last read: a store that goes away until then costs nobody a session.
    const { winner, losers } = await decide(bff, survey, own)
    const successor = winner.sid
    const replace = (evenAfter: Replacement['evenAfter'], sid: string) =>
      replaceSession(bff, { sid, successor, evenAfter })
    const outcomes = await Promise.all(losers.map((sid) => replace(['logout', 'replaced'], sid)))
    if (winner === own) return
    // The one that was to stay has been undone, or gave way itself: this one is still there.
    if (outcomes.includes('kept') || (await replace(['logout'], own.sid)) === 'kept') continue
    giveCookie(bff, ctx, winner)
    return
  }
}
