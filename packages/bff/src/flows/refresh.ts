import type { SessionEndReason } from '@coatcheck/wire'
import type { BffContext } from '../bff-context.ts'
import { checkRefreshedIdToken } from '../provider/check-refreshed-id-token.ts'
import type { ProviderFailure } from '../provider/failure.ts'
import { type TokenAnswerFields, toAccessToken } from '../provider/token-answer.ts'
import { tokenWindow } from '../renewal/token-window.ts'
import type { ResolvedResource } from '../resolve-options.ts'
import type { LiveSession } from '../sessions/create-sessions.ts'
import { hashSecret } from '../sessions/hash-secret.ts'
import {
  type AccessToken,
  accessKey,
  openTokenSet,
  sealTokenSet,
  type TokenSet,
} from '../sessions/token-set.ts'

export interface RefreshTarget {
  readonly sid: string
  readonly resource: ResolvedResource
  /** Narrower than the resource's own; left out for all of it. */
  readonly scope: string | undefined
  readonly minValiditySeconds: number
  /** base64url SHA-256 of the token an API refused. */
  readonly rejected: string | undefined
}

/** How a renewal went. Only `ended` concerns the session; a failure leaves it as it was. */
export type RefreshOutcome =
  | { readonly kind: 'current'; readonly token: AccessToken }
  | { readonly kind: 'ended'; readonly reason: SessionEndReason | undefined }
  | ({ readonly kind: 'failed'; readonly cause?: unknown } & ProviderFailure)

const oneMinuteMs = 60_000

const currentToken = (tokens: TokenSet, { resource, scope }: RefreshTarget) =>
  tokens.access[accessKey(resource.name, scope)]

const isRejected = (token: AccessToken, { rejected }: RefreshTarget): boolean =>
  rejected !== undefined && hashSecret(token.token) === rejected

const end = async (
  { sessions }: BffContext,
  { sid }: RefreshTarget,
  reason: SessionEndReason,
): Promise<RefreshOutcome> => {
  await sessions.end(sid, reason)
  return { kind: 'ended', reason }
}

/** Someone else's newer token set, or the session's end. */
const useTheirs = async (
  bff: BffContext,
  target: RefreshTarget,
  session: LiveSession,
): Promise<RefreshOutcome> => {
  const token = currentToken(openTokenSet(bff.tokenSealer, session.record), target)
  if (token !== undefined) return { kind: 'current', token }
  return { kind: 'failed', code: 'provider_unavailable' }
}

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
  return end(bff, target, 'refresh_rejected')
}

const withRefreshToken = (tokens: TokenSet, { refreshToken, idToken }: TokenAnswerFields) => ({
  ...tokens,
  // The old one stays when the provider returns none (RFC 6749, section 6).
  ...(refreshToken !== undefined && { refreshToken }),
  ...(tokens.idToken !== undefined && idToken !== undefined && { idToken }),
})

const store = async (
  bff: BffContext,
  target: RefreshTarget,
  {
    session,
    tokens,
    obtained,
  }: { session: LiveSession; tokens: TokenSet; obtained: TokenAnswerFields },
): Promise<RefreshOutcome | { readonly kind: 'stored' }> => {
  const sealed = sealTokenSet(bff.tokenSealer, target.sid, tokens)
  const change = await bff.sessions.changeTokens(session, sealed)
  switch (change.kind) {
    case 'stored':
      return change
    case 'superseded':
      return useTheirs(bff, target, change.session)
    case 'gone':
      // The user logged out meanwhile: nothing may come back to life, here or at the provider.
      if (obtained.refreshToken !== undefined) await bff.provider.revoke(obtained.refreshToken)
      return { kind: 'ended', reason: change.reason }
  }
}

const settleAnswer = async (
  bff: BffContext,
  target: RefreshTarget,
  {
    session,
    tokens,
    obtained,
    isUsable,
  }: { session: LiveSession; tokens: TokenSet; obtained: TokenAnswerFields; isUsable: boolean },
): Promise<RefreshOutcome> => {
  const { options } = bff
  const { issuer, subject } = session.record.login
  const { clientId } = options.provider
  const expected = { issuer, subject, clientId, nonce: tokens.nonce }
  const identity =
    obtained.idToken === undefined ? 'same' : checkRefreshedIdToken(obtained.idToken, expected)
  if (identity === 'subject_changed') {
    await bff.provider.revoke(obtained.refreshToken ?? tokens.refreshToken ?? '')
    return end(bff, target, 'subject_changed')
  }
  const rotated = withRefreshToken(tokens, obtained)
  if (identity === 'invalid' || !isUsable) {
    const stored = await store(bff, target, { session, tokens: rotated, obtained })
    return stored.kind === 'stored' ? { kind: 'failed', code: 'provider_error' } : stored
  }
  const now = options.now()
  const before = currentToken(tokens, target)
  const recent = (before?.rejectedAt ?? []).filter((at) => now - at < oneMinuteMs)
  const token = toAccessToken(obtained, {
    now,
    askedScope: target.scope ?? target.resource.scope,
    rejectedAt: before !== undefined && isRejected(before, target) ? [...recent, now] : recent,
  })
  const access = { ...tokens.access, [accessKey(target.resource.name, target.scope)]: token }
  const stored = await store(bff, target, { session, tokens: { ...rotated, access }, obtained })
  return stored.kind === 'stored' ? { kind: 'current', token } : stored
}

/** Without a refresh token the session lasts as long as its access token. */
const settleWithoutRefreshToken = (
  bff: BffContext,
  target: RefreshTarget,
  current: AccessToken | undefined,
): Promise<RefreshOutcome> | RefreshOutcome =>
  current !== undefined && current.expiresAt > bff.options.now()
    ? { kind: 'current', token: current }
    : end(bff, target, 'expired')

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
  if (refreshToken === undefined) return settleWithoutRefreshToken(bff, target, current)
  const { audience } = resource
  const answer = await bff.provider.refresh({ refreshToken, audience, scope })
  switch (answer.kind) {
    case 'rejected':
      return settleRejection(bff, target, session)
    case 'failed':
      return answer
    case 'answered': {
      const { fields: obtained, isUsable } = answer
      return settleAnswer(bff, target, { session, tokens, obtained, isUsable })
    }
  }
}

/**
 * Renews the access token of one session (RFC 6749, section 6). Concurrent callers share one
 * request. Of everything the provider may say only `invalid_grant` and another subject end the
 * session.
 */
export const refresh = (bff: BffContext, target: RefreshTarget): Promise<RefreshOutcome> =>
  bff.flights.run(target.sid, accessKey(target.resource.name, target.scope), () =>
    renew(bff, target),
  )
