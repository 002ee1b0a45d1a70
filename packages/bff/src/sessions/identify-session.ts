import type { BffContext } from '../bff-context.ts'
import type { SessionCookie } from '../cookies/session-cookie.ts'
import type { SessionLookup } from './create-sessions.ts'
import { isSecretOf } from './hash-secret.ts'

/**
 * The session a cookie stands for. Without the right secret a sid leads nowhere, whether it is
 * alive, ended or was never there.
 */
export const identifySession = async (
  bff: Pick<BffContext, 'sessions'>,
  cookie: SessionCookie | undefined,
): Promise<SessionLookup> => {
  if (cookie === undefined) return { kind: 'unknown' }
  const lookup = await bff.sessions.read(cookie.sid)
  if (lookup.kind === 'unknown') return lookup
  const hash = lookup.kind === 'live' ? lookup.session.record.secretHash : lookup.secretHash
  return isSecretOf(hash, cookie.secret) ? lookup : { kind: 'unknown' }
}
