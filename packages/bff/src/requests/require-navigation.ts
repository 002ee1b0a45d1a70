import type { Context } from 'koa'
import { RequestProblem } from '../errors.ts'

/** What Fetch Metadata says of a top-level navigation; an old browser says nothing. */
const expected = [
  ['sec-fetch-mode', 'navigate'],
  ['sec-fetch-dest', 'document'],
] as const

/**
 * Lets only a top-level navigation pass: no prefetch, frame, image or fetch starts or ends a login
 * (Fetch Metadata, section 2).
 *
 * @throws RequestProblem `origin_not_allowed`
 */
export const requireNavigation = (ctx: Context): void => {
  for (const [header, value] of expected) {
    const actual = ctx.get(header)
    if (actual !== '' && actual !== value) {
      throw new RequestProblem('origin_not_allowed', {
        detail: 'Navigate the window to this address; it cannot be fetched, framed or embedded.',
      })
    }
  }
  const purposes = `${ctx.get('sec-purpose')} ${ctx.get('purpose')} ${ctx.get('x-moz')}`
  if (/prefetch|prerender|preview/i.test(purposes)) {
    throw new RequestProblem('origin_not_allowed', { detail: 'This address is not prefetched.' })
  }
}
