import {
  parseStoredSession,
  type SessionRecord,
} from '../../packages/bff/src/sessions/session-record.ts'

/** What the store puts before the value; the value begins with JSON. */
export const headOf = (text: string): string => text.slice(0, text.indexOf('{'))

/** The record that the BFF reads, read the same way. */
export const recordOf = (text: string): SessionRecord => {
  const stored = parseStoredSession(text.slice(text.indexOf('{')))
  if (stored === undefined || 'ended' in stored)
    throw new Error('The store holds no session there.')
  return stored
}
