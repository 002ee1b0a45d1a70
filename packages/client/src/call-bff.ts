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

/**
 * Sends one request to the BFF and answers the body of a successful one as text: an object would
 * be looked into by a `then` getter that a script may have put on `Object.prototype`.
 *
 * @throws AuthError for everything else; only a definite answer has ended the session by then
 */
export const callBff = async (
  context: Context,
  era: Era,
  phase: 'session' | 'token' | 'logout',
  query: string,
  body?: object,
): Promise<string> => {
  const { signal } = era.controller
  // The steps are named as their routes are; the type says so.
  const path: (typeof routes)[typeof phase] = `/${phase}`
  let response: Response
  let text: string
  try {
    response = await context.fetch(location.origin + context.bffPath + path + query, {
      method: body ? 'POST' : 'GET',
      headers: { [csrfHeader]: csrfHeaderValue, 'content-type': 'application/json' },
      body: body ? context.stringify(body) : null,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
    })
    text = await context.readText(response)
  } catch (cause) {
    signal.throwIfAborted()
    noteReachability(context, true)
    throw new AuthError('network_error', phase, 'later', { cause })
  }
  noteReachability(context, false)
  if (response.ok) return text
  const {
    code = 'unexpected_answer',
    retry,
    reason,
    correlationId,
    retryAfterSeconds,
  } = readJson<Partial<Problem>>(context, phase, text)
  // The status alone does not say whose it is; the code does.
  if (/^session_/.test(code) && era === context.era) endSession(context, reason)
  throw new AuthError(code, phase, retry, { correlationId, retryAfterSeconds })
}
