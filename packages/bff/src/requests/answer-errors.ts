import { randomBytes as systemRandomBytes } from 'node:crypto'
import type { Middleware } from 'koa'
import { isStoreOutage, RequestProblem } from '../errors.ts'
import { describeFailure, type Log, stackFrames } from '../log.ts'
import { sendProblem } from './send-problem.ts'

const toProblem = (failure: unknown): RequestProblem => {
  if (failure instanceof RequestProblem) return failure
  if (isStoreOutage(failure)) {
    return new RequestProblem('store_unavailable', { cause: failure })
  }
  return new RequestProblem('internal_error', { cause: failure })
}

export interface AnswerErrorsOptions {
  readonly log: Log
  /** Source of correlation ids. Default `crypto.randomBytes`. */
  readonly randomBytes?: (size: number) => Uint8Array
}

/** Turns whatever a flow throws into a problem; what we did not expect is logged. */
export const answerErrors =
  ({ log, randomBytes = systemRandomBytes }: AnswerErrorsOptions): Middleware =>
  async (ctx, next) => {
    try {
      await next()
    } catch (failure) {
      ctx.state.correlationId = Buffer.from(randomBytes(9)).toString('base64url')
      const problem = toProblem(failure)
      if (problem.code === 'internal_error' || problem.code === 'store_unavailable') {
        const { correlationId } = ctx.state
        log.error(
          {
            event: 'request.failed',
            code: problem.code,
            correlationId,
            failure: describeFailure(failure),
            at: stackFrames(failure),
          },
          'A request failed.',
        )
      }
      sendProblem(ctx, problem)
    }
  }
