import { type Problem, problemKinds, problemMediaType } from '@coatcheck/wire'
import type { Context } from 'koa'
import { defaults } from '../defaults.ts'
import type { RequestProblem } from '../errors.ts'

const isTransient = (status: number) => status === 503

/** Answers with `application/problem+json` (RFC 9457); a 503 says when to come back. */
export const sendProblem = (ctx: Context, { code, details }: RequestProblem): void => {
  const { status, retry, title } = problemKinds[code]
  const { detail, reason } = details
  const retryAfterSeconds =
    details.retryAfterSeconds ?? (isTransient(status) ? defaults.retryAfterSeconds : undefined)
  const problem: Problem = {
    type: `urn:coatcheck:problem:${code}`,
    title,
    status,
    code,
    retry,
    ...(detail !== undefined && { detail }),
    ...(reason !== undefined && { reason }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    correlationId: ctx.state.correlationId,
  }
  ctx.status = status
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds))
  ctx.type = `${problemMediaType}; charset=utf-8`
  ctx.body = JSON.stringify(problem)
}
