import type { TokenProblem } from '@coatcheck/wire'
import type { Context } from './context.ts'
import { firstRetryMs, longestRetryMs } from './defaults.ts'
import type { AuthError } from './errors.ts'

type Failure = Pick<AuthError | TokenProblem, 'retry' | 'retryAfterSeconds'>

/** Plans the next attempt, each about twice as far away as the last; or none where all is well. */
export const planRetry = (context: Context, failure?: Failure): void => {
  context.attemptAgeMs = context.startAge()
  context.retryMs =
    failure?.retry === 'later'
      ? Math.max(
          Math.min(context.retryMs * 2 || firstRetryMs, longestRetryMs) *
            (1 - context.random() / 4),
          (failure.retryAfterSeconds ?? 0) * 1000,
        )
      : 0
}
