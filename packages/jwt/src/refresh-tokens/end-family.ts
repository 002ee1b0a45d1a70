import { endedFamilySeconds } from '../defaults.ts'
import { denyAccessTokens, endOfAccessTokens, noAccessTokens } from './access-tokens.ts'
import type { StoredFamily } from './families.ts'
import type { EndedFamily, FamilyRecord } from './family-record.ts'
import type { AboutFamily, EndReason } from './outcomes.ts'
import type { RefreshContext } from './refresh-context.ts'

/** Names a family in an event. */
export const aboutFamily = ({ grant }: { readonly grant: AboutFamily }): AboutFamily => {
  const { familyId, subject, clientId } = grant
  return { familyId, subject, clientId }
}

/**
 * Denies what an ended family still owes the deny list. Never rejects for the deny list's sake: the
 * family has ended either way, the failure is an event, and whoever comes next tries again.
 */
export const settleDenials = async (
  context: RefreshContext,
  stored: StoredFamily,
): Promise<void> => {
  const { families, denyList, onEvent } = context
  const { record, expiresAt } = stored
  const { list, others } = record.accessTokens
  const isOwing = list.length > 0 || others !== undefined
  if (denyList === undefined || record.kind !== 'ended' || !isOwing) return
  const failure = await denyAccessTokens(denyList, record.grant.subject, record.accessTokens)
  if (failure !== undefined) {
    onEvent({ type: 'denial_failed', ...aboutFamily(record), ...failure })
    return
  }
  // Losing this swap is no loss: somebody else has denied the same tokens.
  await families.replace(stored, { ...record, accessTokens: noAccessTokens }, expiresAt)
}

const endRecord = (record: FamilyRecord, reason: EndReason): EndedFamily => ({
  kind: 'ended',
  grant: aboutFamily(record),
  reason,
  macKey: record.macKey,
  accessTokens: record.accessTokens,
})

/** Ends one family for good: first its record, by compare-and-set, then its access tokens. */
export const endFamily = async (
  context: RefreshContext,
  familyId: string,
  reason: EndReason,
): Promise<'ended' | 'already-ended' | 'unknown'> => {
  const { families, now, onEvent } = context
  for (;;) {
    const stored = await families.read(familyId)
    if (stored === undefined) return 'unknown'
    if (stored.record.kind === 'ended') {
      await settleDenials(context, stored)
      return 'already-ended'
    }
    const ended = endRecord(stored.record, reason)
    const keepUntil = Math.floor(now()) + endedFamilySeconds * 1000
    const expiresAt = Math.max(keepUntil, Math.ceil(endOfAccessTokens(ended.accessTokens)))
    const version = await families.replace(stored, ended, expiresAt)
    if (version === undefined) continue
    onEvent({ type: 'family_revoked', reason, ...aboutFamily(ended) })
    await settleDenials(context, { record: ended, version, expiresAt })
    return 'ended'
  }
}
