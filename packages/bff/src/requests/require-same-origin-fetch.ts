import { csrfHeader, csrfHeaderValue } from '@coatcheck/wire'
import type { Context } from 'koa'
import { RequestProblem } from '../errors.ts'

const knownSites = ['same-origin', 'same-site', 'cross-site', 'none']

const originOf = (referer: string): string | undefined => {
  try {
    return new URL(referer).origin
  } catch {
    return undefined
  }
}

/** Every signal the browser gave must say "this origin"; saying nothing at all is not enough. */
const isSameOrigin = (ctx: Context, origin: string): boolean => {
  const site = ctx.get('sec-fetch-site')
  const isSiteKnown = knownSites.includes(site)
  if (isSiteKnown && site !== 'same-origin') return false
  const sentOrigin = ctx.get('origin')
  if (sentOrigin !== '') return sentOrigin === origin
  return isSiteKnown || originOf(ctx.get('referer')) === origin
}

/** A script's own request; navigations, images and frames cannot be told to be anything else. */
const isFetch = (ctx: Context): boolean => {
  const mode = ctx.get('sec-fetch-mode')
  return mode === '' || mode === 'cors' || mode === 'same-origin'
}

/**
 * Lets only the app's own script pass: the static header that needs a preflight anywhere else, and
 * the browser's word that the request comes from this very origin. SameSite alone would let sibling
 * subdomains in (RFC 10017, section 6.1.3.3).
 *
 * @throws RequestProblem `csrf_rejected` or `origin_not_allowed`
 */
export const requireSameOriginFetch = (ctx: Context, origin: string): void => {
  if (ctx.get(csrfHeader) !== csrfHeaderValue) throw new RequestProblem('csrf_rejected')
  if (!isFetch(ctx) || !isSameOrigin(ctx, origin)) throw new RequestProblem('origin_not_allowed')
}
