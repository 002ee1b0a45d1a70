import { csrfHeader, csrfHeaderValue } from '@coatcheck/wire'
import type { Context } from 'koa'
import { RequestProblem } from '../errors.ts'
import { readHeader } from './read-header.ts'

const knownSites = ['same-origin', 'same-site', 'cross-site', 'none']

/** What Fetch Metadata says of a script's own request; an old browser says nothing. */
const fetchMetadata: readonly (readonly [header: string, allowed: readonly string[]])[] = [
  ['sec-fetch-mode', ['', 'cors', 'same-origin']],
  ['sec-fetch-dest', ['', 'empty']],
]

/** Exactly one, compared as text: a browser writes its own address in one way only. */
const isOwnReferrer = (ctx: Context, origin: string): boolean => {
  const [referrer = '', ...others] = ctx.req.headersDistinct.referer ?? []
  return others.length === 0 && referrer.startsWith(`${origin}/`)
}

/** No signal may contradict "this origin", and saying nothing at all is not enough. */
const isSameOrigin = (ctx: Context, origin: string): boolean => {
  const site = readHeader(ctx, 'sec-fetch-site')
  // Two lines arrive as one list.
  if (site.includes(',')) return false
  const isSiteKnown = knownSites.includes(site)
  if (isSiteKnown && site !== 'same-origin') return false
  const sentOrigin = readHeader(ctx, 'origin')
  if (sentOrigin !== '') return sentOrigin === origin
  return isSiteKnown || isOwnReferrer(ctx, origin)
}

/** A script's own request; navigations, images and frames cannot be told to be anything else. */
const isFetch = (ctx: Context): boolean =>
  fetchMetadata.every(([header, allowed]) => allowed.includes(readHeader(ctx, header)))

/**
 * Lets only the app's own script pass: the static header that needs a preflight anywhere else, and
 * the browser's word that the request comes from this very origin. SameSite alone would let sibling
 * subdomains in (RFC 10017, section 6.1.3.3).
 *
 * @throws RequestProblem `csrf_rejected` or `origin_not_allowed`
 */
export const requireSameOriginFetch = (ctx: Context, origin: string): void => {
  if (readHeader(ctx, csrfHeader) !== csrfHeaderValue) throw new RequestProblem('csrf_rejected')
  if (!isFetch(ctx) || !isSameOrigin(ctx, origin)) throw new RequestProblem('origin_not_allowed')
}
