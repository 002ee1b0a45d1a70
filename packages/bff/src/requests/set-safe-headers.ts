import type { Middleware } from 'koa'

/** The last three do not fall back to default-src (Content Security Policy 3, section 6). */
const contentSecurityPolicy =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** On every answer: never stored, never framed, nothing loaded, no referrer passed on. */
const headers = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': contentSecurityPolicy,
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
