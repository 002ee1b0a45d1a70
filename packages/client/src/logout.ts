import type { LogoutAnswer, LogoutRequest } from '@coatcheck/wire'
import { callBff, readJson } from './call-bff.ts'
import { type Context, createEra } from './context.ts'
import { endSession } from './end-session.ts'

/** Options of `logout`. */
export type LogoutOptions = LogoutRequest

const tellBff = async (context: Context, options: LogoutOptions): Promise<void> => {
  try {
    // An era of its own: what ends this login again meanwhile, here or in another tab, must not
    // abort the call that ends it for good.
    const text = await callBff(context, createEra(), 'logout', '/logout', options)
    const { logoutUrl } = readJson<LogoutAnswer>(context, 'logout', text)
    // Once more: a tab that asked in the meantime has seen the session alive.
    context.channel?.postMessage({ sid: null })
    // A navigation to `javascript:` would run it.
    if (logoutUrl && /^https?:/.test(logoutUrl)) location.assign(logoutUrl)
  } finally {
    context.leaving = undefined
  }
}

/**
 * Ends the session: in this page's memory first, then in the other tabs, at the BFF, and by a
 * navigation at the provider (OpenID Connect RP-Initiated Logout 1.0, section 2). Calls at the same
 * time share one request.
 *
 * @throws AuthError when the BFF could not be told. The page has forgotten the user all the same,
 * but the session lives on and will be seen at the next check: log out again.
 */
export const logout = async (context: Context, options: LogoutOptions = {}): Promise<void> => {
  context.era.controller.signal.throwIfAborted()
  endSession(context, 'logout')
  context.channel?.postMessage({ sid: null })
  context.leaving ??= tellBff(context, options)
  await context.leaving
}
