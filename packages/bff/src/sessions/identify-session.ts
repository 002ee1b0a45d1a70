import type { BffContext } from '../bff-context.ts'
import type { SessionCookie } from '../cookies/session-cookie.ts'
import { RequestProblem } from '../errors.ts'
import type { LiveSession, SessionLookup } from './create-sessions.ts'
import { endSession } from './end-session.ts'
import { hashSecret } from './hash-secret.ts'
import type { SessionRecord } from './session-record.ts'
import { weighSecret } from './weigh-secret.ts'

/** For the log: the sid's hash leads to the session without naming it. */
const describeSid = (sid: string) => ({ sidHash: hashSecret(sid) })

/** Two parties hold secrets of one session, and nobody can tell which of them is the user. */
const endReplayed = async (bff: BffContext, sid: string): Promise<SessionLookup> => {
  const wasAlive = await endSession(bff, sid, 'replayed')
  // Somebody else was faster, and the reason is theirs.
  if (!wasAlive) return bff.sessions.read(sid)
  bff.options.log.warn(
    { event: 'session.replayed', ...describeSid(sid) },
    'A secret that was replaced long ago came back: the session was ended.',
  )
  return { kind: 'ended', reason: 'replayed' }
}

/**
 * The forerunner after its grace. At first this is a request that was under way for too long, and
 * whoever sent it holds the next secret by now; when no request can have been under way for so long
 * it is a browser that came back without it, from a crash or a backup, and has to log in anew.
 */
const refuseLate = ({ options }: BffContext, { sid, secret }: SessionRecord): SessionLookup => {
  options.log.warn(
    { event: 'session.secret_late', ...describeSid(sid) },
    'A request came with the secret before the current one, too late to be served.',
  )
  const lateMs = options.now() - (secret.former?.until ?? 0)
  if (lateMs >= options.session.secretRotationSeconds * 1000) return { kind: 'unknown' }
  throw new RequestProblem('refresh_in_progress', { retryAfterSeconds: 1 })
}

const confirm = async (
  bff: BffContext,
  cookie: SessionCookie,
  session: LiveSession,
  next: Parameters<BffContext['sessions']['changeSecret']>[1],
): Promise<SessionLookup> => {
  const change = await bff.sessions.changeSecret(session, next)
  if (change.kind === 'superseded') return judge(bff, cookie, change.session)
  if (change.kind === 'stored') return { kind: 'live', session: change.session }
  const { reason } = change
  return reason === undefined ? { kind: 'unknown' } : { kind: 'ended', reason }
}

/** A promise only where something is to be written, which is seldom. */
const judge = (
  bff: BffContext,
  cookie: SessionCookie,
  session: LiveSession,
): SessionLookup | Promise<SessionLookup> => {
  const decision = weighSecret(bff, cookie, session.record)
  switch (decision.kind) {
    case 'current':
    case 'issue-child':
    case 'repeat-child':
    case 'former':
      return { kind: 'live', session }
    case 'confirmed':
      return confirm(bff, cookie, session, decision.next)
    case 'former-late':
      return refuseLate(bff, session.record)
    case 'replayed':
      return endReplayed(bff, cookie.sid)
    case 'unknown':
      return decision
  }
}

/**
 * The session a cookie stands for. Without a secret of ours a sid leads nowhere, whether it is
 * alive, ended or was never there. The first use of a new secret is noted here; a secret from before
 * the last two ends the session.
 *
 * @throws RequestProblem `refresh_in_progress` for a request that was under way for so long that its
 * secret is no longer accepted: the browser holds the next one by now
 */
export const identifySession = async (
  bff: BffContext,
  cookie: SessionCookie | undefined,
): Promise<SessionLookup> => {
  if (cookie === undefined) return { kind: 'unknown' }
  const lookup = await bff.sessions.read(cookie.sid)
  if (lookup.kind === 'live') return judge(bff, cookie, lookup.session)
  const isTrusted = bff.secrets.isAuthentic(cookie.sid, cookie.secret)
  return isTrusted ? lookup : { kind: 'unknown' }
}
