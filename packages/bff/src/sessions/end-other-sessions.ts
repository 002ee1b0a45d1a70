import type { BffContext } from '../bff-context.ts'
import { endSession } from './end-session.ts'
import { overtakeLogins } from './overtaken-logins.ts'
import { readOwnSessions } from './own-sessions.ts'
import type { SessionRecord } from './session-record.ts'

/** Ends every session of the same user but this one; resolves to how many there were. */
export const endOtherSessions = async (
  bff: BffContext,
  { sid, login }: SessionRecord,
): Promise<number> => {
  await overtakeLogins(bff.options, login)
  const own = await readOwnSessions(bff, login)
  const others = own.filter(({ record }) => record.sid !== sid)
  const ended = await Promise.all(others.map(({ record }) => endSession(bff, record.sid, 'logout')))
  return ended.filter(Boolean).length
}
