import type { BffContext } from '../bff-context.ts'
import { refreshScope } from '../provider/refresh-scope.ts'
import type { Lease } from '../renewal/create-leases.ts'
import { keepAnswer } from '../renewal/keep-answer.ts'
import { pause } from '../renewal/pause.ts'
import {
  currentToken,
  isRejected,
  type RefreshAttempt,
  type RefreshOutcome,
  type RefreshTarget,
} from '../renewal/refresh-target.ts'
import { spreadOf, tokenWindow } from '../renewal/token-window.ts'
import { waitPauses } from '../renewal/wait-pauses.ts'
import type { LiveSession } from '../sessions/create-sessions.ts'
import { accessKey, openTokenSet, type TokenSet } from '../sessions/token-set.ts'
import { untilStored } from '../until-stored.ts'

/** What the session's record says about a renewal. */
type Standing =
  | { readonly kind: 'settled'; readonly outcome: RefreshOutcome }
  | { readonly kind: 'due'; readonly session: LiveSession; readonly tokens: TokenSet }

const settled = (outcome: RefreshOutcome): Standing => ({ kind: 'settled', outcome })

/** Reads again: whoever was ahead, here or in another process, may have done the work. */
const readAgain = async (bff: BffContext, target: RefreshTarget): Promise<Standing> => {
  const lookup = await bff.sessions.read(target.sid)
  if (lookup.kind === 'ended') return settled({ kind: 'ended', reason: lookup.reason })
  if (lookup.kind === 'unknown') return settled({ kind: 'ended', reason: undefined })
  const { session } = lookup
  const tokens = openTokenSet(bff.tokenSealer, session.record)
  const current = currentToken(tokens, target)
  const { minValiditySeconds, sid } = target
  const question = { now: bff.options.now(), minValiditySeconds, spread: spreadOf(sid) }
  const isFresh = tokenWindow(current, question) === 'fresh'
  return current !== undefined && isFresh && !isRejected(current, target)
    ? settled({ kind: 'current', token: current })
    : { kind: 'due', session, tokens }
}

/** The refresh token was refused: unless another process has renewed meanwhile, this is the end. */
const settleRejection = async (
  bff: BffContext,
  { sid }: RefreshTarget,
  { used, lease }: { readonly used: LiveSession; readonly lease: Lease },
): Promise<RefreshAttempt> => {
  const { generation } = used.record.tokens
  const end = bff.sessions.prepareEnd(sid, 'refresh_rejected', {
    // Without the lease somebody else may have renewed and not yet stored: their word counts.
    unless: ({ tokens }) => tokens.generation > generation || !lease.isHeld(),
  })
  const ended = await untilStored(end)
  return ended === undefined ? { kind: 'overtaken' } : { kind: 'ended', reason: 'refresh_rejected' }
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
  await untilStored(bff.sessions.prepareEnd(target.sid, 'expired'))
  return { kind: 'ended', reason: 'expired' }
}

const renew = async (
  bff: BffContext,
  target: RefreshTarget,
  lease: Lease,
): Promise<RefreshAttempt> => {
  const standing = await readAgain(bff, target)
  if (standing.kind === 'settled') return standing.outcome
  const { session, tokens } = standing
  const { refreshToken } = tokens
  if (refreshToken === undefined) return settleWithoutRefreshToken(bff, target, tokens)
  const { audience } = target.resource
  const scope = refreshScope(bff.options, target.resource, target.scope)
  const maySend = lease.isHeld
  const answer = await bff.breaker.call(() =>
    bff.provider.refresh({ refreshToken, audience, scope, maySend }),
  )
  switch (answer.kind) {
    case 'withheld':
      return { kind: 'overtaken' }
    case 'rejected':
      return settleRejection(bff, target, { used: session, lease })
    case 'failed':
      return answer
    case 'answered': {
      const { fields, isUsable } = answer
      return keepAnswer(bff, target, { session, tokens, fields, isUsable })
    }
  }
}

/** Renews if the right to do so is free; otherwise looks whether its holder is done. */
const attempt = async (
  bff: BffContext,
  target: RefreshTarget,
  lease: Lease | undefined,
): Promise<RefreshAttempt> => {
  if (lease === undefined) {
    const standing = await readAgain(bff, target)
    return standing.kind === 'settled' ? standing.outcome : { kind: 'overtaken' }
  }
  try {
    return await renew(bff, target, lease)
  } finally {
    await lease.release()
  }
}

const renewInTurn = async (bff: BffContext, target: RefreshTarget): Promise<RefreshOutcome> => {
  const claim = bff.leases.claim(target.sid)
  let waitedMs = 0
  for (const pauseMs of waitPauses(bff.options.randomBytes)) {
    const outcome = await attempt(bff, target, await claim.take(waitedMs))
    if (outcome.kind !== 'overtaken') return outcome
    await pause(pauseMs)
    waitedMs += pauseMs
  }
  return { kind: 'failed', code: 'refresh_in_progress' }
}

/**
 * Renews the access token of one session (RFC 6749, section 6). Concurrent callers share one
 * request, those of other processes by a lease in the store. Of everything the provider may say
 * only `invalid_grant` and another subject end the session.
 */
export const refresh = (bff: BffContext, target: RefreshTarget): Promise<RefreshOutcome> =>
  bff.flights.run(target.sid, `refresh ${accessKey(target.resource.name, target.scope)}`, () =>
    renewInTurn(bff, target),
  )
