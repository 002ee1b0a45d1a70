import { type Problem, type ProblemCode, problemKinds, problemMediaType } from '@coatcheck/wire'
import { HttpResponse } from 'msw'

/** On every answer, as the BFF sends them. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Members a problem may carry besides those its code decides. */
export type ProblemMembers = Partial<
  Pick<Problem, 'detail' | 'reason' | 'retryAfterSeconds' | 'correlationId'>
>

/**
 * A refusal as the BFF words it (RFC 9457), for handlers of your own: `http.post('/bff/token', () =>
 * problem('provider_unavailable', { retryAfterSeconds: 5 }))`.
 */
export const problem = (
  code: ProblemCode,
  members: ProblemMembers = {},
  headers: Readonly<Record<string, string>> = {},
): HttpResponse<string> => {
  const { status, retry, title } = problemKinds[code]
  const wait = status === 503 ? { retryAfterSeconds: 5 } : {}
  const body = {
    type: `urn:coatcheck:problem:${code}`,
    title,
    status,
    code,
    retry,
    correlationId: 'fake-correlation',
    ...wait,
    ...members,
  } satisfies Problem
  const { retryAfterSeconds } = body as Problem
  return new HttpResponse(JSON.stringify(body), {
    status,
    headers: {
      ...safeHeaders,
      ...(retryAfterSeconds !== undefined && { 'retry-after': `${retryAfterSeconds}` }),
      'content-type': `${problemMediaType}; charset=utf-8`,
      ...headers,
    },
  })
}

/** A success with a body. */
export const json = (body: object): Response =>
  HttpResponse.json(body as never, { headers: safeHeaders })
