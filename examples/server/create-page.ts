import type { Middleware } from 'koa'
import send from 'koa-send'

/** What the page is served from, and whom it may call. */
export interface PageOptions {
  /** Folder of the built app. */
  readonly directory: string
  readonly apiOrigin: string
}

/** No inline script or style, no other origins, and no frame around the app. */
const policyFor = (apiOrigin: string): string =>
  [
    "default-src 'self'",
    `connect-src 'self' ${apiOrigin}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    // What Vue and Svelte call theirs. React and the SDK need none.
    'trusted-types vue svelte-trusted-html',
  ].join('; ')

/** Serves the built app: files by their names, and its one page for every other path. */
export const createPage = ({ directory, apiOrigin }: PageOptions): Middleware => {
  const headers = {
    'Content-Security-Policy': policyFor(apiOrigin),
    'Cross-Origin-Opener-Policy': 'same-origin-allow-popups',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  }
  return async (ctx) => {
    ctx.set(headers)
    const isFile = /\.\w+$/.test(ctx.path)
    await send(ctx, isFile ? ctx.path : 'index.html', { root: directory })
  }
}
