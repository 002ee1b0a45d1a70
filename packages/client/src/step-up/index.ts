import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { AuthError } from '../errors.ts'
import { untilAborted } from '../until-aborted.ts'
import { readChallenge, type StepUpChallenge } from './challenge.ts'

export type { StepUpChallenge } from './challenge.ts'

/** An API asks for a stronger or fresher login. Hand its members to `login` or `loginByPopup`. */
export class StepUpRequiredError extends AuthError {
  declare readonly code: 'step_up_required'
  /** Authentication context classes, any of which will do, separated by blanks. */
  declare readonly acrValues: string | undefined
  /** Longest time since the user authenticated, in seconds. */
  declare readonly maxAge: number | undefined

  constructor({ acrValues, maxAge }: StepUpChallenge, options?: ErrorOptions) {
    super('step_up_required', 'fetch', 'login', options)
    Object.assign(this, { acrValues, maxAge })
  }
}

/** Options of `createStepUpFetch`. */
export interface StepUpOptions {
  /**
   * Gets the user to log in as the challenge asks, for example by `loginByPopup(client, challenge)`.
   * When it resolves the request is sent once more; when it rejects, so does the request. Requests
   * that meet the same challenge meanwhile share one call. A login by redirect leaves the page, and
   * nothing is sent again.
   */
  readonly onStepUp?: (challenge: StepUpChallenge) => Promise<unknown>
}

/**
 * `client.fetch` that understands APIs which ask for a stronger or fresher login (RFC 9470). Works
 * with the platform's exact signature, like the original.
 *
 * @throws StepUpRequiredError without `onStepUp`, and when the login did not satisfy the API;
 * AuthError `body_not_replayable` for a stream after the step-up; also what `client.fetch` throws
 */
export const createStepUpFetch = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  { onStepUp }: StepUpOptions = {},
): typeof globalThis.fetch => {
  const pending = new Map<string, Promise<unknown>>()
  const stepUp = (challenge: StepUpChallenge): Promise<unknown> | undefined => {
    if (!onStepUp) return undefined
    const key = JSON.stringify(challenge)
    const known = pending.get(key)
    if (known) return known
    const work = Promise.resolve(onStepUp(challenge)).finally(() => pending.delete(key))
    pending.set(key, work)
    return work
  }
  return async (input, init) => {
    const isStream = init?.body instanceof ReadableStream
    const request = isStream ? undefined : new Request(input, init)
    const answer = await client.fetch(request?.clone() ?? input, request ? undefined : init)
    const challenge = readChallenge(answer)
    if (!challenge) return answer
    const work = stepUp(challenge)
    if (!work) throw new StepUpRequiredError(challenge)
    await untilAborted(work, request?.signal ?? init?.signal ?? undefined)
    if (!request) throw new AuthError('body_not_replayable', 'fetch')
    const next = await client.fetch(request)
    const again = readChallenge(next)
    if (again) throw new StepUpRequiredError(again)
    return next
  }
}
