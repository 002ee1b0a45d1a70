import type { Device, DevicesAnswer } from '@coatcheck/wire'
import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import type { LiveSession } from '../sessions/create-sessions.ts'
import { readOwnSessions } from '../sessions/own-sessions.ts'
import { requireSession } from '../sessions/require-session.ts'

const toSeconds = (at: number) => Math.floor(at / 1000)

/** The idle limit tells when the session was last used: it moves with every use. */
const lastSeenAt = ({ options }: BffContext, { record, idleExpiresAt }: LiveSession): number =>
  Math.max(record.login.createdAt, idleExpiresAt - options.session.idleSeconds * 1000)

const describe = (bff: BffContext, session: LiveSession, currentSid: string): Device => {
  const { sid, login, device } = session.record
  return {
    sid,
    createdAt: toSeconds(login.createdAt),
    lastSeenAt: toSeconds(lastSeenAt(bff, session)),
    ...device,
    current: sid === currentSid,
  }
}

/** This one first, then the one last seen. */
const byRecency = (one: Device, other: Device): number =>
  Number(other.current) - Number(one.current) || other.lastSeenAt - one.lastSeenAt

/** `GET /sessions`: the user's own sessions, as devices. */
export const sessions = async (bff: BffContext, ctx: Context): Promise<void> => {
  const { record } = await requireSession(bff, ctx)
  const own = await readOwnSessions(bff, record.login)
  const devices = own.map((session) => describe(bff, session, record.sid)).sort(byRecency)
  ctx.body = { sessions: devices } satisfies DevicesAnswer
}
