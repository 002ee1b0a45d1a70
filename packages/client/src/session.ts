import type { SessionAnswer, UserClaims } from '@coatcheck/wire'
import { callBff, readJson } from './call-bff.ts'
import { readClaims } from './claims.ts'
import { type Context, type Era, startEra } from './context.ts'
import { sameInstantMs } from './defaults.ts'
import { endSession } from './end-session.ts'
import { AuthError, sessionRequired } from './errors.ts'
import { planRetry } from './plan-retry.ts'
import { type AuthState, type AuthStateOf, emit, setState } from './state.ts'
import { holdToken } from './token-holder.ts'
import { untilAborted } from './until-aborted.ts'

type Authenticated = Extract<SessionAnswer, { authenticated: true }>

const acceptUser = (context: Context, answer: Authenticated, read: UserClaims): void => {
  const { login } = context
  const { session, token, tokenProblem } = answer
  const { sub } = answer.user
  const { sid, expiresInSeconds } = session
  if (!(sub && sid && expiresInSeconds >= 0)) throw new AuthError('unexpected_answer', 'session')
  const isOtherUser = login && login.sub !== sub
  if (isOtherUser) startEra(context, sessionRequired('session'))
  const { era } = context
  if (login?.sid !== sid) {
    era.tokens = { __proto__: null } as object as Era['tokens']
    context.channel?.postMessage({ sid })
  }
  const claims = context.stringify(answer.user)
  context.login = { sub, sid, claims }
  const expiresAt = context.now() + expiresInSeconds * 1000
  const { sessionExpiresAt: known = 0, user: knownUser = read } = context.state as Partial<
    AuthStateOf<'authenticated'>
  >
  const user = login?.claims === claims ? knownUser : read
  const sessionExpiresAt = Math.abs(expiresAt - known) < sameInstantMs ? known : expiresAt
  setState(context, { status: 'authenticated', user, sessionExpiresAt, offline: false })
  if (isOtherUser) emit(context, 'userChanged', { user })
  if (token) holdToken(context, era, { resource: token.resource }, token)
  planRetry(context, tokenProblem)
}

const acceptAnswer = async (context: Context, era: Era, answer: SessionAnswer): Promise<void> => {
  // Nothing but the BFF's plain `false` says that nobody is logged in.
  if (answer.authenticated === false) {
    planRetry(context)
    endSession(context, context.loginError ?? answer.reason)
  } else {
    // An app's schema may take its time, or for ever: whoever waits is let go with the login.
    const user = await untilAborted(readClaims(context, answer.user), era.controller.signal)
    if (context.era !== era) return
    acceptUser(context, answer, user)
  }
  context.loginError = undefined
}

const noteFailure = (context: Context, failure: unknown): void => {
  const error =
    failure instanceof AuthError ? failure : new AuthError('unexpected_answer', 'session')
  const { status } = context.state
  // Claims that cannot be read may be another user's: nothing of the former one is kept.
  const isUnreadable = error.code === 'claims_invalid'
  if (isUnreadable) startEra(context, error)
  if (isUnreadable || status === 'loading' || status === 'error') {
    setState(context, { status: 'error', error })
  }
  planRetry(context, error)
}

const checkSession = async (context: Context, era: Era, cause: CheckCause): Promise<void> => {
  const [first] = context.resources
  const resource = first && `resource=${encodeURIComponent(first.name)}`
  const query = [resource, cause].filter(Boolean).join('&')
  context.attemptAgeMs = context.startAge()
  try {
    // No answer may overtake a logout.
    await context.leaving?.catch(() => {})
    const text = await callBff(context, era, 'session', `/session?${query}`)
    if (context.era === era) await acceptAnswer(context, era, readJson(context, 'session', text))
  } catch (failure) {
    if (context.era === era && !era.controller.signal.aborted) noteFailure(context, failure)
  }
}

/** What a check adds to its query: one in the background does not keep the session alive. */
export type CheckCause = '' | 'slide=false'

/** Asks the BFF who is logged in; whoever asks meanwhile shares the answer. Never rejects. */
export const loadSession = (context: Context, cause: CheckCause): Promise<void> => {
  const { era } = context
  era.session ??= checkSession(context, era, cause).finally(() => {
    era.session = undefined
  })
  return era.session
}

/** Waits until it is known whether somebody is logged in, or that it cannot be known now. */
export const settleSession = async (context: Context, signal?: AbortSignal): Promise<AuthState> => {
  while (context.state.status === 'loading' && !context.era.controller.signal.aborted) {
    await untilAborted(loadSession(context, ''), signal)
  }
  return context.state
}
