import type { Middleware } from 'koa'

/** On every answer: never stored, never framed, nothing loaded, no referrer passed on. */
const headers = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const

export const setSafeHeaders: Middleware = async (ctx, next) => {
  ctx.set(headers)
  ctx.vary('Sec-Fetch-Site')
  ctx.vary('Origin')
  await next()
}
