import type { BffContext } from '../bff-context.ts'
import { endSession } from '../sessions/end-session.ts'

/** Whose sessions an operator ends. */
export type RevokeTarget =
  /** One session, by its public sid. */
  | { readonly sid: string }
  /** Every session of a user, by the provider's `sub`. */
  | { readonly subject: string }

const findSids = async (
  { index, options }: BffContext,
  target: RevokeTarget,
): Promise<readonly string[]> => {
  if ('sid' in target) return [target.sid]
  return index.bySubject({ issuer: options.provider.issuer, subject: target.subject })
}

/**
 * Ends sessions by an operator's word, in every process; their refresh tokens are revoked behind
 * it. Resolves to how many were alive.
 */
export const revoke = async (bff: BffContext, target: RevokeTarget): Promise<number> => {
  const sids = await findSids(bff, target)
  const ended = await Promise.all(sids.map((sid) => endSession(bff, sid, 'revoked')))
  const sessions = ended.filter(Boolean).length
  bff.options.log.info({ event: 'session.revoked', sessions }, 'An operator ended sessions.')
  return sessions
}
