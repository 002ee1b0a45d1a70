import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { popupPage, popupPolicy } from './popup-page.ts'

/**
 * `GET /popup`: where a login with `display=popup` ends, well or badly. It reads no cookie and has
 * no opener policy of its own: one would cut the window off from the page that opened it.
 */
export const popup = async (_bff: BffContext, ctx: Context): Promise<void> => {
  ctx.set('Content-Security-Policy', popupPolicy)
  ctx.type = 'html'
  ctx.body = popupPage
}
