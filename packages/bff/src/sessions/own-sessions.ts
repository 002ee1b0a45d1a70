import type { BffContext } from '../bff-context.ts'
import type { LiveSession } from './create-sessions.ts'
import type { Owner } from './session-index.ts'

type Deps = Pick<BffContext, 'sessions' | 'index'>

/** Whether a session is of that very user; a `sub` alone could be another issuer's. */
const isOwnedBy = ({ record: { login } }: LiveSession, owner: Owner): boolean =>
  login.issuer === owner.issuer && login.subject === owner.subject

/** The live session of that sid, if it is of that user. */
export const readOwnSession = async (
  { sessions }: Pick<Deps, 'sessions'>,
  sid: string,
  owner: Owner,
): Promise<LiveSession | undefined> => {
  const lookup = await sessions.read(sid)
  return lookup.kind === 'live' && isOwnedBy(lookup.session, owner) ? lookup.session : undefined
}

/** Every live session of that user, by the records and not by the index alone. */
export const readOwnSessions = async (bff: Deps, owner: Owner): Promise<readonly LiveSession[]> => {
  const sids = await bff.index.bySubject(owner)
  const found = await Promise.all(sids.map((sid) => readOwnSession(bff, sid, owner)))
  return found.filter((session) => session !== undefined)
}
