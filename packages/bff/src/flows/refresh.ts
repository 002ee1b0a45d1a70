import type { BffContext } from '../bff-context.ts'
import { keepAnswer, useTheirs } from '../renewal/keep-answer.ts'
import {
  currentToken,
  isRejected,
  type RefreshOutcome,
  type RefreshTarget,
} from '../renewal/refresh-target.ts'
import { tokenWindow } from '../renewal/token-window.ts'
import type { LiveSession } from '../sessions/create-sessions.ts'
import { accessKey, openTokenSet, type TokenSet } from '../sessions/token-set.ts'

/** The refresh token was refused: unless another process has renewed meanwhile, this is the end. */
const settleRejection = async (
  bff: BffContext,
  target: RefreshTarget,
  used: LiveSession,
): Promise<RefreshOutcome> => {
  const lookup = await bff.sessions.read(target.sid)
  if (lookup.kind === 'ended') return { kind: 'ended', reason: lookup.reason }
  if (lookup.kind === 'unknown') return { kind: 'ended', reason: undefined }
  const { session } = lookup
  if (session.record.tokens.generation > used.record.tokens.generation) {
    return useTheirs(bff, target, session)
  }
  await bff.sessions.end(target.sid, 'refresh_rejected')
  return { kind: 'ended', reason: 'refresh_rejected' }
}

/** Without a refresh token the session lasts as long as the last of its access tokens. */
const settleWithoutRefreshToken = async (
  bff: BffContext,
  target: RefreshTarget,
  tokens: TokenSet,
): Promise<RefreshOutcome> => {
  const now = bff.options.now()
  const token = currentToken(tokens, target)
  if (token !== undefined && token.expiresAt > now) return { kind: 'current', token }
  const isAnotherAlive = Object.values(tokens.access).some(({ expiresAt }) => expiresAt > now)
  if (isAnotherAlive) return { kind: 'failed', code: 'insufficient_scope' }
  await bff.sessions.end(target.sid, 'expired')
  return { kind: 'ended', reason: 'expired' }
}

const renew = async (bff: BffContext, target: RefreshTarget): Promise<RefreshOutcome> => {
  // Read again: whoever was ahead in line may have done the work.
  const lookup = await bff.sessions.read(target.sid)
  if (lookup.kind === 'ended') return { kind: 'ended', reason: lookup.reason }
  if (lookup.kind === 'unknown') return { kind: 'ended', reason: undefined }
  const { session } = lookup
  const tokens = openTokenSet(bff.tokenSealer, session.record)
  const current = currentToken(tokens, target)
  const { minValiditySeconds, resource, scope } = target
  const window = tokenWindow(current, { now: bff.options.now(), minValiditySeconds })
  if (current !== undefined && window === 'fresh' && !isRejected(current, target)) {
    return { kind: 'current', token: current }
  }
  const { refreshToken } = tokens
  if (refreshToken === undefined) return settleWithoutRefreshToken(bff, target, tokens)
  const { audience } = resource
  const answer = await bff.provider.refresh({ refreshToken, audience, scope })
  switch (answer.kind) {
    case 'rejected':
      return settleRejection(bff, target, session)
    case 'failed':
      return answer
    case 'answered': {
      const { fields, isUsable } = answer
      return keepAnswer(bff, target, { session, tokens, fields, isUsable })
    }
  }
}

/**
 * Renews the access token of one session (RFC 6749, section 6). Concurrent callers share one
 * request. Of everything the provider may say only `invalid_grant` and another subject end the
 * session.
 */
export const refresh = (bff: BffContext, target: RefreshTarget): Promise<RefreshOutcome> =>
  bff.flights.run(target.sid, `refresh ${accessKey(target.resource.name, target.scope)}`, () =>
    renew(bff, target),
  )
