import type { GuardedRequest } from '../guard/guarded-request.ts'

/** A request as an adapter hands it on; header names in lower case. */
export const makeRequest = (
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  rest: Partial<Omit<GuardedRequest, 'header'>> = {},
): GuardedRequest => ({
  method: 'GET',
  target: '/',
  header: (name) => [headers[name] ?? []].flat(),
  ...rest,
})
