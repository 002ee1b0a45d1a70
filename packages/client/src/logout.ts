import type { LogoutAnswer, LogoutRequest } from '@coatcheck/wire'
import { callBff, readJson } from './call-bff.ts'
import { type Context, shareSession } from './context.ts'
import { endSession } from './end-session.ts'

/** Options of `logout`. */
export type LogoutOptions = LogoutRequest

/**
 * Ends the session: in this page's memory first, then in the other tabs, at the BFF, and by a
 * navigation at the provider (OpenID Connect RP-Initiated Logout 1.0, section 2).
 *
 * @throws AuthError when the BFF could not be told. The page has forgotten the user all the same,
 * but the session lives on and will be seen at the next check: log out again.
 */
export const logout = async (context: Context, options: LogoutOptions = {}): Promise<void> => {
  context.era.controller.signal.throwIfAborted()
  endSession(context, 'logout')
  context.post?.({ sid: null })
  const { era } = context
  const call = callBff(context, era, 'logout', '', options)
  // Whoever asks for the session meanwhile waits, so that no answer overtakes the logout.
  shareSession(era, call)
  const { logoutUrl } = readJson<LogoutAnswer>(context, 'logout', await call)
  // A navigation to `javascript:` would run it.
  if (logoutUrl && /^https?:/.test(logoutUrl)) location.assign(logoutUrl)
}
