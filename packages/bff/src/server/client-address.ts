import type { Context } from 'koa'

/**
 * Who is at the other end: the peer of the connection, or, where proxies of ours are in front, what
 * the outermost of them wrote into `X-Forwarded-For`. Entries further left are the client's own
 * words.
 */
export const clientAddress = (ctx: Context, trustedProxies: number | undefined): string => {
  const peer = ctx.req.socket.remoteAddress ?? 'unknown'
  if (trustedProxies === undefined) return peer
  const entries = ctx
    .get('x-forwarded-for')
    .split(',')
    .map((entry) => entry.trim())
  return entries.at(-trustedProxies) || peer
}
