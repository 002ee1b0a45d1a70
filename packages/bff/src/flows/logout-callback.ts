import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { publicUrls } from '../requests/public-urls.ts'
import { readQuery } from '../requests/read-query.ts'
import { openLogoutState } from '../sessions/logout-state.ts'

/** `GET /logout/callback`: back to where the logout wanted to go, or to the app's root. */
export const logoutCallback = async (bff: BffContext, ctx: Context): Promise<void> => {
  const returnTo = openLogoutState(bff, readQuery(ctx).values.get('state') ?? '')
  ctx.status = 303
  ctx.redirect(returnTo ?? publicUrls(bff.options).home)
}
