import { parseCookie } from 'cookie'
import type { Context } from 'koa'
import { readHeader } from '../requests/read-header.ts'

const verbatim = { decode: (text: string) => text }

const parse = (ctx: Context) => parseCookie(readHeader(ctx, 'cookie'), verbatim)

/** Cookies of the request by exact name; of equal names the first counts (RFC 6265, section 5.4). */
export const readCookies = (ctx: Context): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(parse(ctx)).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )

/** The one cookie of that name, as `readCookies` would have it. */
export const readCookie = (ctx: Context, name: string): string | undefined => {
  const cookies = parse(ctx)
  return Object.hasOwn(cookies, name) ? cookies[name] : undefined
}
