import { aboutFamily, endFamily } from './end-family.ts'
import type { RevokeOutcome } from './outcomes.ts'
import type { RefreshContext } from './refresh-context.ts'
import { isAuthentic, parseToken } from './refresh-token.ts'

/** A client's wish to revoke a refresh token (RFC 7009, section 2.1). */
export interface RevokeInput {
  /** Any refresh token of the family, replaced ones included. */
  readonly token: string
  /** The client that asks: authenticated, or for a public client as it named itself. */
  readonly clientId: string
}

/** Ends the family of a token for its owner. */
export const revoke = async (
  context: RefreshContext,
  { token, clientId }: RevokeInput,
): Promise<RevokeOutcome> => {
  const presented = await parseToken(token)
  if (presented === undefined) return { kind: 'unknown' }
  const stored = await context.families.read(presented.familyId)
  if (stored === undefined) return { kind: 'unknown' }
  const { record } = stored
  if (!(await isAuthentic(presented, record.macKey))) return { kind: 'unknown' }
  const about = aboutFamily(record)
  if (about.clientId !== clientId) {
    context.onEvent({ type: 'client_mismatch', ...about })
    return { kind: 'refused', reason: 'client_mismatch' }
  }
  const end = await endFamily(context, about.familyId, 'client')
  if (end !== 'ended') return { kind: 'unknown' }
  await context.index.leave(about.subject, [about.familyId])
  return { kind: 'revoked' }
}

/** Ends one family, by its public name. Resolves to whether it was there and alive. */
export const revokeFamily = async (context: RefreshContext, familyId: string): Promise<boolean> => {
  const stored = await context.families.read(familyId)
  if (stored === undefined) return false
  const end = await endFamily(context, familyId, 'family')
  await context.index.leave(stored.record.grant.subject, [familyId])
  return end === 'ended'
}

/** Ends all families of a subject. Resolves to how many there were. */
export const revokeSubject = async (context: RefreshContext, subject: string): Promise<number> => {
  const familyIds = await context.index.close(subject)
  let ended = 0
  for (const familyId of familyIds) {
    if ((await endFamily(context, familyId, 'subject')) === 'ended') ended += 1
  }
  await context.index.leave(subject, familyIds)
  return ended
}
