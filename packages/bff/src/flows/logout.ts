import { type LogoutAnswer, type LogoutRequest, parseReturnTo } from '@coatcheck/wire'
import type { Context } from 'koa'
import * as z from 'zod'
import type { BffContext } from '../bff-context.ts'
import { clearSessionHint } from '../cookies/session-cookie.ts'
import { RequestProblem } from '../errors.ts'
import { publicUrls } from '../requests/public-urls.ts'
import { readJson } from '../requests/read-json.ts'
import type { KoaSession } from '../sessions/create-koa-session.ts'
import { sealLogoutState } from '../sessions/logout-state.ts'
import { openTokenSet } from '../sessions/token-set.ts'

const bodySchema: z.ZodType<LogoutRequest> = z.strictObject({
  scope: z.literal('local').exactOptional(),
  returnTo: z.string().exactOptional(),
  provider: z.enum(['end', 'keep']).exactOptional(),
})

const readReturnTo = ({ options }: BffContext, { returnTo = '/' }: LogoutRequest): string => {
  const parsed = parseReturnTo(returnTo, options.publicUrl, options.basePath)
  if (parsed === undefined) throw new RequestProblem('return_to_not_allowed')
  return parsed
}

/**
 * `POST /logout`: the session in the store dies first. What follows is best effort: the refresh
 * token is revoked in the background, and the answer says where the provider's own session ends.
 */
export const logout = async (
  bff: BffContext & { readonly koaSession: KoaSession },
  ctx: Context,
): Promise<void> => {
  const { options, provider, flights } = bff
  const body = await readJson(ctx, bodySchema)
  const returnTo = readReturnTo(bff, body)
  const record = await bff.koaSession.end(ctx)
  clearSessionHint(options, ctx)
  const answer: LogoutAnswer = {}
  ctx.body = answer
  if (record === undefined) return
  options.log.info({ event: 'logout.local' }, 'A user logged out.')
  const { refreshToken, idToken } = openTokenSet(bff.tokenSealer, record)
  if (refreshToken !== undefined) {
    void flights.run(record.sid, 'revoke', () => provider.revoke(refreshToken))
  }
  if (body.provider === 'keep') return
  const logoutUrl = await provider.endSessionUrl({
    postLogoutRedirectUri: publicUrls(options).logoutCallback,
    state: sealLogoutState(bff, returnTo),
    idTokenHint: idToken,
  })
  if (logoutUrl !== undefined) ctx.body = { logoutUrl } satisfies LogoutAnswer
}
