import { csrfHeader, csrfHeaderValue, type Problem, type routes } from '@coatcheck/wire'
import type { Context, Era } from './context.ts'
import { requestTimeoutMs } from './defaults.ts'
import { endSession } from './end-session.ts'
import { AuthError, type AuthPhase } from './errors.ts'
import { setState } from './state.ts'

/** Reads a JSON object; the parser's own error is dropped because it quotes the text. */
export const readJson = <Answer>(context: Context, phase: AuthPhase, text: string): Answer => {
  try {
    // `null` is JSON as well.
    return (context.parse(text) ?? {}) as Answer
  } catch {
    throw new AuthError('unexpected_answer', phase)
  }
}

const noteReachability = (context: Context, offline: boolean): void => {
  const state = context.state
  if (state.status === 'authenticated') setState(context, { ...state, offline })
}

/** A route of the BFF, and what follows it. */
export type Target = `${(typeof routes)[keyof typeof routes]}${string}`

/** Sends a request of the page's own to the BFF, by the functions taken at the start. */
export const askBff = (
  context: Context,
  target: Target,
  signal: AbortSignal,
  body?: object,
  method?: string,
): Promise<Response> =>
  context.fetch(location.origin + context.bffPath + target, {
    method: method ?? (body ? 'POST' : 'GET'),
    headers: { [csrfHeader]: csrfHeaderValue, 'content-type': 'application/json' },
    body: body ? context.stringify(body) : null,
    credentials: 'same-origin',
    cache: 'no-store',
    redirect: 'error',
    signal,
  })

/** The refusal as an error; one that says the session is over has ended it here by then. */
export const refuse = (context: Context, era: Era, phase: AuthPhase, text: string): AuthError => {
  const {
    code = 'unexpected_answer',
    retry,
    reason,
    correlationId,
    retryAfterSeconds,
  } = readJson<Partial<Problem>>(context, phase, text)
  // The status alone does not say whose it is; the code does.
  if (/^session_/.test(code) && era === context.era) endSession(context, reason)
  return new AuthError(code, phase, retry, { correlationId, retryAfterSeconds })
}

/**
 * Sends one request to the BFF and answers the body of a successful one as text: an object would
 * be looked into by a `then` getter that a script may have put on `Object.prototype`.
 *
 * @throws AuthError for everything else; only a definite answer has ended the session by then
 */
export const callBff = async (
  context: Context,
  era: Era,
  phase: AuthPhase,
  target: Target,
  body?: object,
  method?: string,
): Promise<string> => {
  const { signal } = era.controller
  let response: Response
  let text: string
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)])
    response = await askBff(context, target, limit, body, method)
    text = await context.readText(response)
  } catch (cause) {
    signal.throwIfAborted()
    noteReachability(context, true)
    throw new AuthError('network_error', phase, 'later', { cause })
  }
  noteReachability(context, false)
  if (response.ok) return text
  throw refuse(context, era, phase, text)
}
