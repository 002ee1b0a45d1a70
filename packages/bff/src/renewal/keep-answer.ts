import type { BffContext } from '../bff-context.ts'
import { defaults } from '../defaults.ts'
import { checkRefreshedIdToken } from '../provider/check-refreshed-id-token.ts'
import { type TokenAnswerFields, toAccessToken } from '../provider/token-answer.ts'
import type { LiveSession } from '../sessions/create-sessions.ts'
import { type AccessToken, accessKey, sealTokenSet, type TokenSet } from '../sessions/token-set.ts'
import { untilStored } from '../until-stored.ts'
import {
  currentToken,
  isRejected,
  type RefreshAttempt,
  type RefreshOutcome,
  type RefreshTarget,
} from './refresh-target.ts'

/** What a refresh has brought, with the state it started from. */
export interface Obtained {
  readonly session: LiveSession
  readonly tokens: TokenSet
  readonly fields: TokenAnswerFields
  /** The answer broke the protocol: its refresh token is kept and nothing else. */
  readonly isUsable: boolean
}

const oneMinuteMs = 60_000

const store = async (
  bff: BffContext,
  target: RefreshTarget,
  { session, fields, next }: Obtained & { readonly next: TokenSet },
): Promise<RefreshAttempt | { readonly kind: 'stored' }> => {
  const sealed = sealTokenSet(bff.tokenSealer, target.sid, next)
  const change = await untilStored(() => bff.sessions.changeTokens(session, sealed))
  switch (change.kind) {
    case 'stored':
      return change
    case 'superseded':
      // Theirs stands, and is read again; what was obtained here is dropped.
      return { kind: 'overtaken' }
    case 'gone':
      // The user logged out meanwhile: nothing may come back to life, here or at the provider.
      // What a login replaces is dropped: at many providers it shares a grant with the new one.
      if (fields.refreshToken !== undefined && change.reason !== 'replaced') {
        await bff.revocations.revoke(fields.refreshToken)
      }
      return { kind: 'ended', reason: change.reason }
  }
}

const endForOtherSubject = async (
  bff: BffContext,
  { sid }: RefreshTarget,
  { fields, tokens }: Obtained,
): Promise<RefreshOutcome> => {
  await untilStored(bff.sessions.prepareEnd(sid, 'subject_changed'))
  const refreshToken = fields.refreshToken ?? tokens.refreshToken
  if (refreshToken !== undefined) await bff.revocations.revoke(refreshToken)
  return { kind: 'ended', reason: 'subject_changed' }
}

const checkIdentity = (bff: BffContext, { session, tokens, fields }: Obtained) => {
  const { issuer, subject } = session.record.login
  const { clientId } = bff.options.provider
  return fields.idToken === undefined
    ? 'same'
    : checkRefreshedIdToken(fields.idToken, { issuer, subject, clientId, nonce: tokens.nonce })
}

/** A token for less was asked for: one that can do more is not handed out in its place. */
const isWiderThanAsked = ({ scope: asked }: RefreshTarget, { scope }: TokenAnswerFields) => {
  const allowed = asked?.split(' ')
  return allowed !== undefined && scope?.split(' ').some((word) => !allowed.includes(word)) === true
}

const withRefreshToken = ({ tokens, fields: { refreshToken, idToken } }: Obtained): TokenSet => ({
  ...tokens,
  // The old one stays when the provider returns none (RFC 6749, section 6).
  ...(refreshToken !== undefined && { refreshToken }),
  ...(tokens.idToken !== undefined && idToken !== undefined && { idToken }),
})

/** Names of resources hold no blank. */
const isNarrow = ([key]: readonly [string, AccessToken]) => key.includes(' ')

/** The new token beside those that are alive; of the narrow ones as many as may be kept. */
const withAccessToken = (
  tokens: TokenSet,
  { resource, scope }: RefreshTarget,
  { token, now }: { readonly token: AccessToken; readonly now: number },
): TokenSet => {
  const added = [accessKey(resource.name, scope), token] as const
  const others = Object.entries(tokens.access).filter(
    ([key, { expiresAt }]) => key !== added[0] && expiresAt > now,
  )
  const narrow = others
    .filter(isNarrow)
    .toSorted(([, one], [, other]) => one.expiresAt - other.expiresAt)
    // The new one stays, however soon it expires: somebody has just asked for it.
    .slice(isNarrow(added) ? 1 - defaults.narrowTokensKept : -defaults.narrowTokensKept)
  const own = others.filter((entry) => !isNarrow(entry))
  return { ...tokens, access: Object.fromEntries([...own, ...narrow, added]) }
}

const toRenewedToken = (
  bff: BffContext,
  target: RefreshTarget,
  { tokens, fields }: Obtained,
): AccessToken => {
  const now = bff.options.now()
  const before = currentToken(tokens, target)
  const recent = (before?.rejectedAt ?? []).filter((at) => now - at < oneMinuteMs)
  return toAccessToken(fields, {
    now,
    askedScope: target.scope ?? target.resource.scope,
    rejectedAt: before !== undefined && isRejected(before, target) ? [...recent, now] : recent,
  })
}

/** Stores what the provider answered before anything else can fail, and only then judges it. */
export const keepAnswer = async (
  bff: BffContext,
  target: RefreshTarget,
  obtained: Obtained,
): Promise<RefreshAttempt> => {
  const identity = checkIdentity(bff, obtained)
  if (identity === 'subject_changed') return endForOtherSubject(bff, target, obtained)
  const rotated = withRefreshToken(obtained)
  const isUsable =
    obtained.isUsable && identity === 'same' && !isWiderThanAsked(target, obtained.fields)
  if (!isUsable) {
    const stored = await store(bff, target, { ...obtained, next: rotated })
    return stored.kind === 'stored' ? { kind: 'failed', code: 'provider_error' } : stored
  }
  const token = toRenewedToken(bff, target, obtained)
  const next = withAccessToken(rotated, target, { token, now: bff.options.now() })
  const stored = await store(bff, target, { ...obtained, next })
  return stored.kind === 'stored' ? { kind: 'current', token } : stored
}
