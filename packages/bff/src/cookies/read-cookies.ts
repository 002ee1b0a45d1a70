import { parseCookie } from 'cookie'
import type { Context } from 'koa'

/** Cookies of the request by exact name; of equal names the first counts (RFC 6265, section 5.4). */
export const readCookies = (ctx: Context): ReadonlyMap<string, string> => {
  const parsed = parseCookie(ctx.get('cookie'), { decode: (text) => text })
  return new Map(
    Object.entries(parsed).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
}
