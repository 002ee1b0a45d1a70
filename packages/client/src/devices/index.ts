import type { Device, DevicesAnswer, UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { AuthError } from '../errors.ts'
import { kitOf } from '../kit.ts'

export type { Device } from '@coatcheck/wire'

/** What the app relies on: an entry it can name and end. */
const isDevice = ({ sid, lastSeenAt }: Device): boolean => !!sid?.at && lastSeenAt > 0

const readDevices = (text: string): readonly Device[] => {
  try {
    const { sessions } = JSON.parse(text) as DevicesAnswer
    if (sessions.every(isDevice)) return sessions
  } catch {
    // Told below, without quoting the text.
  }
  throw new AuthError('unexpected_answer', 'devices')
}

/**
 * The user's sessions: this one first, then the others, last seen first.
 *
 * @throws AuthError `session_required` and the like without a session; `retry: 'later'` where the
 * list cannot be had now
 */
export const listDevices = async <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
): Promise<readonly Device[]> => readDevices(await kitOf(client).call('devices', '/sessions'))

/**
 * Ends one of the user's sessions. That device learns it at its next request, or at once where it
 * runs the live session. Ending the session that asks ends it in this page as well, but leaves the
 * one at the provider alone: use `client.logout()` for this device.
 *
 * @throws AuthError `not_found` when the user has no such session (any more); `retry: 'later'` where
 * the BFF cannot be told now
 */
export const endDevice = async <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  { sid }: Pick<Device, 'sid'>,
): Promise<void> => {
  const kit = kitOf(client)
  await kit.call('devices', `/sessions/${encodeURIComponent(sid)}`, undefined, 'DELETE')
  await kit.check()
}
