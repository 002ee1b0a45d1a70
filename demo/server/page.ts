import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Context, Middleware } from 'koa'
import send from 'koa-send'
import { DemoError } from './errors.ts'

/** What the page is told by its server. */
export interface PageOptions {
  readonly apiOrigin: string
  /** Life of a fresh access token, for the countdown's bar. */
  readonly accessTokenSeconds: number
}

const yearMs = 365 * 24 * 60 * 60 * 1000

const directory = fileURLToPath(new URL('../dist/', import.meta.url))

/** For the page and its files. No inline script or style, and nobody frames the app. */
const safeHeaders = (apiOrigin: string) => ({
  'Content-Security-Policy': [
    "default-src 'self'",
    `connect-src 'self' ${apiOrigin}`,
    "script-src 'self'",
    "style-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  // Without Sec-Fetch-Site the BFF tells its own page by the Referer.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
})

/** Read at every request, so that a new build shows without a restart. */
const readPage = async ({ apiOrigin, accessTokenSeconds }: PageOptions): Promise<string> => {
  const page = await readFile(`${directory}index.html`, 'utf8')
  return page
    .replace('{{api-origin}}', apiOrigin)
    .replace('{{access-token-seconds}}', String(accessTokenSeconds))
}

/** Every path of the app is the same page; only files have an extension. */
const isPage = ({ method, path }: Context): boolean =>
  (method === 'GET' || method === 'HEAD') && (path === '/index.html' || !/\.\w+$/.test(path))

const requirePage = (): void => {
  if (existsSync(`${directory}index.html`)) return
  throw new DemoError('page_missing', 'The page has not been built. Build it first: pnpm build')
}

/** Serves the built page and its files. @throws DemoError `page_missing` */
export const createPage = (options: PageOptions): Middleware => {
  requirePage()
  const headers = safeHeaders(options.apiOrigin)
  return async (ctx) => {
    ctx.set(headers)
    if (isPage(ctx)) {
      ctx.set('Cache-Control', 'no-cache')
      ctx.type = 'html'
      ctx.body = await readPage(options)
      return
    }
    // Files in this folder are named by their content.
    const isForever = ctx.path.startsWith('/assets/')
    await send(ctx, ctx.path, {
      root: directory,
      maxage: isForever ? yearMs : 0,
      immutable: isForever,
    })
  }
}
