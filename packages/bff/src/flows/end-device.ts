import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { clearSessionHint } from '../cookies/session-cookie.ts'
import { RequestProblem } from '../errors.ts'
import { clearSiteData } from '../requests/clear-site-data.ts'
import type { KoaSession } from '../sessions/create-koa-session.ts'
import { endSession } from '../sessions/end-session.ts'
import { readOwnSession } from '../sessions/own-sessions.ts'
import { requireSession } from '../sessions/require-session.ts'

const endOwn = async (
  bff: BffContext & { readonly koaSession: KoaSession },
  ctx: Context,
): Promise<void> => {
  await bff.koaSession.end(ctx)
  clearSessionHint(bff.options, ctx)
  clearSiteData(bff.options, ctx)
}

/**
 * `DELETE /sessions/SID`: ends one of the user's own sessions. What is another user's is as unknown
 * as what never was.
 */
export const endDevice = async (
  bff: BffContext & { readonly koaSession: KoaSession },
  ctx: Context,
  sid: string,
): Promise<void> => {
  const { record } = await requireSession(bff, ctx)
  if (sid === record.sid) {
    await endOwn(bff, ctx)
  } else {
    const target = await readOwnSession(bff, sid, record.login)
    if (target === undefined) throw new RequestProblem('not_found')
    await endSession(bff, sid, 'logout')
  }
  bff.options.log.info({ event: 'logout.device' }, 'A user ended one of their sessions.')
  ctx.status = 204
}
