import type { BffContext } from '../bff-context.ts'
import type { SessionCookie } from '../cookies/session-cookie.ts'
import type { SessionLookup } from './create-sessions.ts'
import { isSecretOf } from './hash-secret.ts'

/**
 * The session a cookie stands for. Without the right secret a sid leads nowhere, whether it is
 * alive, ended or was never there.
 */
export const identifySession = async (
  bff: Pick<BffContext, 'sessions' | 'secrets'>,
  cookie: SessionCookie | undefined,
): Promise<SessionLookup> => {
  if (cookie === undefined) return { kind: 'unknown' }
  const lookup = await bff.sessions.read(cookie.sid)
  const isTrusted =
    lookup.kind === 'live'
      ? isSecretOf(lookup.session.record.secret.currentHash, cookie.secret)
      : bff.secrets.isAuthentic(cookie.sid, cookie.secret)
  return isTrusted ? lookup : { kind: 'unknown' }
}
