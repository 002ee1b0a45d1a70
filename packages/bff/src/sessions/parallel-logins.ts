import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { readSessionHint, type SessionCookie, setSessionCookie } from '../cookies/session-cookie.ts'
import { withdrawCookies } from '../cookies/set-cookie.ts'
import { readPendingStates } from '../cookies/transaction-cookie.ts'
import { defaults } from '../defaults.ts'
import type { SessionLookup } from './create-sessions.ts'
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
import type { Owner } from './session-index.ts'
import type { SessionRecord } from './session-record.ts'

/** A login that has just made its session. */
export interface FreshLogin {
  readonly state: string
  /** When it began, epoch milliseconds. */
  readonly startedAt: number
  readonly owner: Owner
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
  /** What has become of its own session. */
  readonly own: SessionLookup
  /** Sid of a session from before this login, or of another user. */
  readonly outdated: string | undefined
  readonly others: readonly Contender[]
  /** States whose login has no session yet, or none any more. */
  readonly unfinished: readonly string[]
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined

/** Whoever plants a login of their own in a browser gets nobody's session by it, and gives nobody theirs. */
const isOf = (owner: Owner, { login }: SessionRecord): boolean =>
  login.issuer === owner.issuer && login.subject === owner.subject

const toContender = async (
  { sessions }: BffContext,
  { state, owner }: FreshLogin,
  announcement: Announcement,
): Promise<Contender | undefined> => {
  const lookup = await sessions.read(announcement.sid)
  if (lookup.kind !== 'live' || !isOf(owner, lookup.session.record)) return undefined
  return { ...announcement, standing: knows(announcement, state) ? 'open' : 'settled' }
}

/**
 * The session this browser had when it sent the request, unless it is older than the login or
 * another user's.
 */
const findByHint = async (
  { sessions }: BffContext,
  { login, hint }: Survey,
): Promise<Contender | undefined> => {
  const lookup = hint === undefined ? undefined : await sessions.read(hint)
  if (lookup?.kind !== 'live' || !isOf(login.owner, lookup.session.record)) return undefined
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
  const own = await bff.sessions.read(login.cookie.sid)
  return { own, outdated, others, unfinished }
}

/** The one order that every process sees the same. */
const isBefore = (one: Contender, other: Contender): boolean =>
  one.createdAt === other.createdAt ? one.sid < other.sid : one.createdAt < other.createdAt

const earliest = (contenders: readonly Contender[]): Contender | undefined =>
  contenders.toSorted((one, other) => (isBefore(one, other) ? -1 : 1))[0]

/** Which session stays; none where this login's has ended and there is no other. */
const chooseWinner = (own: Contender, findings: Findings): Contender | undefined => {
  const windowStart = own.createdAt - defaults.parallelLoginMs
  const recent = findings.others.filter(({ createdAt }) => createdAt > windowStart)
  const settled = earliest(recent.filter(({ standing }) => standing === 'settled'))
  return settled ?? earliest(findings.own.kind === 'live' ? [own, ...recent] : recent)
}

/** Decides, and tells the logins that come later: they find what was decided and keep to it. */
const decide = async (bff: BffContext, survey: Survey, own: Contender) => {
  for (;;) {
    const findings = await lookAround(bff, survey)
    const winner = chooseWinner(own, findings)
    if (winner === undefined) return { kind: 'none', own: findings.own } as const
    const notes = findings.unfinished.map((state) => leaveNote(bff, state, winner))
    if (!(await Promise.all(notes)).every(Boolean)) continue
    const losers = new Set(findings.others.map(({ sid }) => sid))
    losers.delete(winner.sid)
    return { kind: 'winner', winner, outdated: findings.outdated, losers: [...losers] } as const
  }
}

/** Lets the browser have the session of another login in place of this one's, or the one it has. */
const giveCookie = (
  { options }: BffContext,
  ctx: Context,
  cookie: SessionCookie | undefined,
): void => {
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
    const decision = await decide(bff, survey, own)
    if (decision.kind === 'none') {
      const isReplaced = decision.own.kind === 'ended' && decision.own.reason === 'replaced'
      // By a login of this browser that this one cannot see, and whose cookie the browser has.
      if (isReplaced) giveCookie(bff, ctx, undefined)
      return
    }
    const { winner, outdated, losers } = decision
    const replace = (sid: string, evenAfter: Replacement['evenAfter']) =>
      replaceSession(bff, { sid, successor: winner.sid, evenAfter })
    const outcomes = await Promise.all([
      ...losers.map((sid) => replace(sid, ['logout'])),
      ...(outdated === undefined ? [] : [replace(outdated, ['logout', 'replaced'])]),
    ])
    // The one that was to stay has ended meanwhile, by a login that came later or by somebody.
    if (outcomes.includes('kept')) continue
    if (winner === own) return
    if ((await replace(own.sid, ['logout'])) === 'kept') continue
    giveCookie(bff, ctx, winner.cookie)
    return
  }
}
