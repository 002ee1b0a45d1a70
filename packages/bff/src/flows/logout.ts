import { type LogoutAnswer, type LogoutRequest, parseReturnTo } from '@coatcheck/wire'
import type { Context } from 'koa'
import * as z from 'zod'
import type { BffContext } from '../bff-context.ts'
import { clearSessionHint, readSessionCookie } from '../cookies/session-cookie.ts'
import { RequestProblem } from '../errors.ts'
import { clearSiteData } from '../requests/clear-site-data.ts'
import { publicUrls } from '../requests/public-urls.ts'
import { readJson } from '../requests/read-json.ts'
import type { KoaSession } from '../sessions/create-koa-session.ts'
import { endOtherSessions } from '../sessions/end-other-sessions.ts'
import { identifySession } from '../sessions/identify-session.ts'
import { sealLogoutState } from '../sessions/logout-state.ts'
import { requireSession } from '../sessions/require-session.ts'

type Bff = BffContext & { readonly koaSession: KoaSession }

const bodySchema: z.ZodType<LogoutRequest> = z.strictObject({
  scope: z.enum(['local', 'global', 'others']).exactOptional(),
  returnTo: z.string().exactOptional(),
  provider: z.enum(['end', 'keep']).exactOptional(),
})

const readReturnTo = ({ options }: BffContext, { returnTo = '/' }: LogoutRequest): string => {
  const parsed = parseReturnTo(returnTo, options.publicUrl, options.basePath)
  if (parsed === undefined) throw new RequestProblem('return_to_not_allowed')
  return parsed
}

/** Ends every session of the user but the one that asks. */
const logoutOthers = async (bff: Bff, ctx: Context): Promise<LogoutAnswer> => {
  const { record } = await requireSession(bff, ctx)
  const sessions = await endOtherSessions(bff, record)
  bff.options.log.info({ event: 'logout.others', sessions }, 'A user logged out other devices.')
  return {}
}

/**
 * The other sessions go before the one that asks: a store that fails halfway leaves that one, and
 * with it the right to ask again.
 */
const endOthersFirst = async (bff: Bff, ctx: Context): Promise<number> => {
  const lookup = await identifySession(bff, readSessionCookie(bff.options, ctx))
  return lookup.kind === 'live' ? endOtherSessions(bff, lookup.session.record) : 0
}

/** Where the session at the provider ends as well, unless there is no such place. */
const findLogoutUrl = async (
  bff: Bff,
  request: { readonly idTokenHint: string | undefined; readonly returnTo: string },
): Promise<LogoutAnswer> => {
  const logoutUrl = await bff.provider.endSessionUrl({
    postLogoutRedirectUri: publicUrls(bff.options).logoutCallback,
    state: sealLogoutState(bff, request.returnTo),
    idTokenHint: request.idTokenHint,
  })
  return logoutUrl === undefined ? {} : { logoutUrl }
}

/**
 * `POST /logout`: the sessions in the store die first. What follows is best effort: refresh tokens
 * are revoked in the background, and the answer says where the provider's own session ends.
 */
export const logout = async (bff: Bff, ctx: Context): Promise<void> => {
  const { options } = bff
  const { scope = 'local', ...body } = await readJson(ctx, bodySchema)
  const returnTo = readReturnTo(bff, body)
  if (scope === 'others') {
    ctx.body = await logoutOthers(bff, ctx)
    return
  }
  const others = scope === 'global' ? await endOthersFirst(bff, ctx) : 0
  const ended = await bff.koaSession.end(ctx)
  clearSessionHint(options, ctx)
  clearSiteData(options, ctx)
  ctx.body = {} satisfies LogoutAnswer
  if (ended === undefined) return
  options.log.info({ event: `logout.${scope}`, sessions: others + 1 }, 'A user logged out.')
  if (body.provider === 'keep') return
  ctx.body = await findLogoutUrl(bff, { idTokenHint: ended.grant?.idToken, returnTo })
}
