import { type Problem, problemMediaType } from '@coatcheck/wire'
import { type HTTPError, isHTTPError } from 'ky'
import { AuthError, type AuthErrorCode, type AuthErrorDetails } from '../errors.ts'
import { readChallenge } from '../step-up/challenge.ts'
import { StepUpRequiredError } from '../step-up/index.ts'

/** What the guards of `@coatcheck/jwt` answer, by what it means to a client. */
const guardCodes: Readonly<Record<string, AuthErrorCode>> = {
  token_required: 'session_required',
  invalid_token: 'session_required',
  insufficient_scope: 'insufficient_scope',
}

const readProblem = ({ data, response }: HTTPError): Partial<Problem> | undefined => {
  const type = response.headers.get('content-type') ?? ''
  return type.startsWith(problemMediaType) ? (Object(data) as Partial<Problem>) : undefined
}

/**
 * Reads a refusal that is about the login: a challenge for a stronger one, a problem of the BFF,
 * or one of our API guards. Everything else is the API's own and stays what it is.
 */
export const toAuthError = (error: Error): Error => {
  if (!isHTTPError(error)) return error
  const challenge = readChallenge(error.response)
  if (challenge) return new StepUpRequiredError(challenge, { cause: error })
  const problem = readProblem(error)
  const details: AuthErrorDetails = {
    cause: error,
    correlationId: problem?.correlationId,
    retryAfterSeconds: problem?.retryAfterSeconds,
  }
  const guardCode = guardCodes[problem?.code ?? '']
  if (guardCode) return new AuthError(guardCode, 'fetch', 'login', details)
  // Only the BFF says how to go on.
  if (!problem?.code || !problem.retry) return error
  return new AuthError(problem.code, 'fetch', problem.retry, details)
}
