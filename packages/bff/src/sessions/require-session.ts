import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { readSessionCookie } from '../cookies/session-cookie.ts'
import { RequestProblem } from '../errors.ts'
import type { LiveSession } from './create-sessions.ts'
import { identifySession } from './identify-session.ts'

/**
 * The session of the request, left as it is: no idle limit moves, no secret rotates.
 *
 * @throws RequestProblem `session_required`, `session_expired` or `session_revoked`
 */
export const requireSession = async (bff: BffContext, ctx: Context): Promise<LiveSession> => {
  const lookup = await identifySession(bff, readSessionCookie(bff.options, ctx))
  switch (lookup.kind) {
    case 'live':
      return lookup.session
    case 'unknown':
      throw new RequestProblem('session_required')
    case 'ended': {
      const { reason } = lookup
      throw new RequestProblem(reason === 'expired' ? 'session_expired' : 'session_revoked', {
        reason,
      })
    }
  }
}
