import type { Context, Middleware } from 'koa'
import { safeHeaders, varying } from './safe-headers.ts'

const headers = Object.entries(safeHeaders)

/** Beside whatever the host application has set, and in place of what says otherwise. */
export const applySafeHeaders = (ctx: Context): void => {
  for (const [name, value] of headers) ctx.res.setHeader(name, value)
  if (ctx.res.hasHeader('Vary')) ctx.vary(varying)
  else ctx.res.setHeader('Vary', varying)
}

export const setSafeHeaders: Middleware = async (ctx, next) => {
  applySafeHeaders(ctx)
  await next()
}
