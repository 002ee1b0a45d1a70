import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { isLoopback } from '../is-loopback.ts'

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Hashed first, so that the comparison takes the same time for every length. */
const isToken = (ctx: Context, expected: Buffer): boolean => {
  const [, presented] = /^Bearer ([\w.~+/-]+=*)$/i.exec(ctx.get('authorization')) ?? []
  return presented !== undefined && timingSafeEqual(digest(presented), expected)
}

/** No page in a browser has business here, not even one whose name leads to this machine. */
const isFromPage = (ctx: Context): boolean =>
  ctx.get('origin') !== '' || !['', 'none'].includes(ctx.get('sec-fetch-site'))

const namesThisMachine = (ctx: Context): boolean => {
  const host = `http://${ctx.get('host')}`
  return URL.canParse(host) && isLoopback(new URL(host).hostname)
}

const open = new Set(['/livez', '/readyz'])

/**
 * Lets operators pass: with a token, whoever has it (RFC 6750, section 2.1), without one, programs
 * on this machine. What only says `ok` is open to health checks.
 */
export const guardOperators = (bearerToken: string | undefined): Middleware => {
  const expected = bearerToken === undefined ? undefined : digest(bearerToken)
  return async (ctx, next) => {
    if (isFromPage(ctx)) return ctx.throw(403)
    if (open.has(ctx.path)) return next()
    if (expected === undefined) return namesThisMachine(ctx) ? next() : ctx.throw(403)
    if (isToken(ctx, expected)) return next()
    ctx.status = 401
    ctx.set('WWW-Authenticate', 'Bearer realm="coatcheck operators"')
  }
}
