import type { BffContext } from '../bff-context.ts'
import { endSession } from './end-session.ts'
import { overtakeLogins } from './overtaken-logins.ts'
import { readOwnSessions } from './own-sessions.ts'

/** Which sessions an operator means: one, or all of a user of the configured provider. */
export type SessionFilter = { readonly sid: string } | { readonly subject: string }

const findSids = async (bff: BffContext, filter: SessionFilter): Promise<readonly string[]> => {
  if ('sid' in filter) return [filter.sid]
  const { issuer } = bff.options.provider
  const owner = { issuer, subject: filter.subject }
  await overtakeLogins(bff.options, owner)
  const own = await readOwnSessions(bff, owner)
  return own.map(({ record }) => record.sid)
}

/** Ends them as revoked, in every process; resolves to how many there were. */
export const endSessionsOf = async (bff: BffContext, filter: SessionFilter): Promise<number> => {
  const sids = await findSids(bff, filter)
  const ended = await Promise.all(sids.map((sid) => endSession(bff, sid, 'revoked')))
  const sessions = ended.filter(Boolean).length
  bff.options.log.info({ event: 'session.revoked', sessions }, 'An operator ended sessions.')
  return sessions
}
