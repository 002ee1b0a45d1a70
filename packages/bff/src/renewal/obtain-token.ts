import type { SessionEndReason, TokenAnswer } from '@coatcheck/wire'
import type { BffContext } from '../bff-context.ts'
import { defaults } from '../defaults.ts'
import { isStoreOutage } from '../errors.ts'
import { refresh } from '../flows/refresh.ts'
import { describeFailure } from '../log.ts'
import type { LiveSession } from '../sessions/create-sessions.ts'
import { type AccessToken, openAccessToken } from '../sessions/token-set.ts'
import {
  isRejected,
  type RefreshFailure,
  type RefreshOutcome,
  type RefreshTarget,
} from './refresh-target.ts'
import { remainingMs, spreadOf, tokenWindow } from './token-window.ts'

/** Codes under which a live session may come without its token. */
export type TokenProblemCode = RefreshFailure['code']

export type TokenOutcome =
  | { readonly kind: 'served'; readonly answer: TokenAnswer }
  | { readonly kind: 'ended'; readonly reason: SessionEndReason | undefined }
  | {
      readonly kind: 'failed'
      readonly code: TokenProblemCode
      readonly retryAfterSeconds?: number
    }

type TokenQuestion = Omit<RefreshTarget, 'sid'>

const toAnswer = (
  bff: BffContext,
  { resource }: TokenQuestion,
  token: AccessToken,
): TokenOutcome => ({
  kind: 'served',
  answer: {
    access_token: token.token,
    token_type: 'Bearer',
    expires_in: Math.max(0, Math.floor(remainingMs(token, bff.options.now()) / 1000)),
    scope: token.scope,
    resource: resource.name,
  },
})

/** A store may take no writes and still be read, as one that is full: the session stands. */
const withoutStore = (failure: unknown): RefreshOutcome => {
  if (!isStoreOutage(failure)) throw failure
  return { kind: 'failed', code: 'store_unavailable', cause: failure }
}

/** Waits for a renewal, but not for ever: the renewal goes on without this caller. */
const waitFor = async (
  renewal: Promise<RefreshOutcome>,
): Promise<RefreshOutcome | { kind: 'failed'; code: 'refresh_in_progress' }> => {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<{ kind: 'failed'; code: 'refresh_in_progress' }>((resolve) => {
    timer = setTimeout(
      () => resolve({ kind: 'failed', code: 'refresh_in_progress' }),
      defaults.renewalWaitMs,
    )
  })
  try {
    return await Promise.race([renewal, limit])
  } finally {
    clearTimeout(timer)
  }
}

const renewInBackground = (bff: BffContext, target: RefreshTarget): void => {
  refresh(bff, target).then(
    (outcome) => {
      if (outcome.kind === 'failed') report(bff, outcome)
    },
    (failure: unknown) => report(bff, { code: 'store_unavailable', cause: failure }),
  )
}

const report = (bff: BffContext, { code, cause }: { code: string; cause?: unknown }): void =>
  bff.options.log.warn(
    { event: 'refresh.failed', code, failure: describeFailure(cause) },
    'A token could not be renewed; the session stays.',
  )

const isRefusedTooOften = (token: AccessToken, now: number): boolean =>
  token.rejectedAt.filter((at) => now - at < 60_000).length >= defaults.rejectedRenewalsPerMinute

/** What to do with the stored token: hand it out, with or without a renewal behind it, or wait. */
const decide = (
  bff: BffContext,
  current: AccessToken | undefined,
  question: RefreshTarget,
): 'serve' | 'serve-and-renew' | 'wait' => {
  const now = bff.options.now()
  const { minValiditySeconds, sid } = question
  const window = tokenWindow(current, { now, minValiditySeconds, spread: spreadOf(sid) })
  const isRefused = current !== undefined && isRejected(current, question)
  if (isRefused && !isRefusedTooOften(current, now)) return 'wait'
  if (window === 'hard') return 'wait'
  return window === 'soft' ? 'serve-and-renew' : 'serve'
}

const obtainRenewed = async (
  bff: BffContext,
  target: RefreshTarget,
  current: AccessToken | undefined,
): Promise<TokenOutcome> => {
  const outcome = await waitFor(refresh(bff, target).catch(withoutStore))
  if (outcome.kind === 'current') return toAnswer(bff, target, outcome.token)
  if (outcome.kind === 'ended') return outcome
  report(bff, outcome)
  const isUsable =
    current !== undefined &&
    !isRejected(current, target) &&
    remainingMs(current, bff.options.now()) >= 1000
  return isUsable ? toAnswer(bff, target, current) : outcome
}

/**
 * The access token of a session for one resource: the stored one while it is good, a renewed one
 * otherwise. When the renewal fails, a stored token that is still valid is better than none.
 */
export const obtainToken = (
  bff: BffContext,
  session: LiveSession,
  question: TokenQuestion,
): TokenOutcome | Promise<TokenOutcome> => {
  const { resource, scope, minValiditySeconds, rejected } = question
  const { record } = session
  const current = openAccessToken(bff.tokenSealer, record, { resource: resource.name, scope })
  const target = { sid: record.sid, resource, scope, minValiditySeconds, rejected }
  const decision = decide(bff, current, target)
  if (current !== undefined && decision !== 'wait') {
    if (decision === 'serve-and-renew') renewInBackground(bff, target)
    return toAnswer(bff, question, current)
  }
  return obtainRenewed(bff, target, current)
}
