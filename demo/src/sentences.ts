import { AuthError, type AuthErrorCode, type UnauthenticatedReason } from '@coatcheck/client'
import type { ApiResult } from './api/results.ts'

/** What a person is told, and whether it is bad news. */
export interface Sentence {
  readonly tone: 'plain' | 'good' | 'problem'
  readonly text: string
}

const plain = (text: string): Sentence => ({ tone: 'plain', text })
const good = (text: string): Sentence => ({ tone: 'good', text })
const problem = (text: string): Sentence => ({ tone: 'problem', text })

const reasons: Readonly<Record<UnauthenticatedReason, Sentence>> = {
  logout: plain('You are logged out.'),
  expired: plain('Your session has expired. Log in again to go on.'),
  replaced: plain('Another login in this browser took the place of your session.'),
  refresh_rejected: problem(
    'Your session has ended: the provider no longer accepts its refresh token. Log in again.',
  ),
  subject_changed: problem(
    'Your session was ended for safety: the provider answered with another user. Log in again.',
  ),
  replayed: problem(
    'You were logged out: a copy of an old session cookie was used. If that was not you, tell whoever runs this app.',
  ),
  revoked: plain('Your session was ended by the provider or an operator. Log in again.'),
  login_cancelled: plain('You cancelled the login. Nothing has changed.'),
  login_transaction_missing: problem(
    'That login was not started in this browser, or it took too long. Please log in again.',
  ),
  interaction_required: problem('The provider wants to ask you something first. Please log in.'),
  id_token_invalid: problem(
    'The login failed: the identity the provider sent could not be verified. Please try again.',
  ),
  issuer_mismatch: problem('The login failed: the answer came from another provider.'),
  provider_error: problem('The login failed: the provider reported an error. Please try again.'),
  provider_rejected_client: problem(
    'The login failed: the provider refused this app. Its registration needs mending.',
  ),
  provider_unavailable: problem(
    'The login failed: the provider cannot be reached. Please try again in a moment.',
  ),
  store_unavailable: problem(
    'The login failed: the session store cannot be reached. Please try again in a moment.',
  ),
  invalid_request: problem('The login failed: the request was malformed. Please log in again.'),
}

/** Why nobody is logged in; a visitor who never logged in is told nothing. */
export const sentenceForReason = (
  reason: UnauthenticatedReason | undefined,
): Sentence | undefined => {
  if (reason === undefined) return undefined
  // The reason may come from the address, so it may be any code word.
  return Object.hasOwn(reasons, reason)
    ? reasons[reason]
    : problem('The login failed. Please try again.')
}

const errors: Partial<Record<AuthErrorCode, string>> = {
  session_required: 'The session is over, so nothing was sent.',
  provider_unavailable:
    'The provider cannot be reached, so the token could not be renewed. You stay logged in.',
  provider_error:
    'The provider answered with an error, so the token could not be renewed. You stay logged in.',
  refresh_in_progress: 'A renewal is under way and takes its time. You stay logged in.',
  store_unavailable: 'The session store cannot be reached at the moment.',
  network_error:
    'The BFF cannot be reached, or takes too long. Check that the demo is still running.',
  unexpected_answer: 'Something else than the BFF answered.',
}

/** What went wrong between the page and its BFF or its API. */
export const sentenceForError = (error: unknown): Sentence => {
  if (!(error instanceof AuthError)) {
    return problem('The API cannot be reached. Check that the demo is still running.')
  }
  const text = errors[error.code] ?? 'Something went wrong between this page and its BFF.'
  const { retryAfterSeconds: seconds } = error
  return problem(seconds === undefined ? text : `${text} Try again in ${seconds} seconds.`)
}

const refusals: Readonly<Record<number, string>> = {
  401: '401: the API refuses the token, and a renewal did not help. The BFF allows two such renewals a minute; wait a moment and call again.',
  403: '403: the API knows who you are, but your role does not allow this. The token is fine, so nothing was renewed.',
}

const count = (number: number, one: string, many: string): string =>
  `${number} ${number === 1 ? one : many}`

/** What became of a press of a button. */
export const sentenceForResult = (result: ApiResult): Sentence => {
  switch (result.kind) {
    case 'orders':
      return good(`200: the API sent ${count(result.orders.length, 'order', 'orders')}.`)
    case 'report':
      return good('200: the admin API sent its report.')
    case 'broken':
      return plain(
        'The API refuses your token from now on. Press Call API and watch the timeline: refused, renewed, replayed.',
      )
    case 'refused':
      return problem(refusals[result.status] ?? `${result.status}: the API could not answer.`)
    case 'failed':
      return sentenceForError(result.error)
  }
}
