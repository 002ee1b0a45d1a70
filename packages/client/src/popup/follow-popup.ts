import type { AuthErrorCode } from '../errors.ts'
import type { Kit } from '../kit.ts'
import { defaultTimeoutSeconds } from './defaults.ts'
import type { Popup } from './open-popup.ts'
import { untilLoggedIn } from './until-logged-in.ts'

/** How long to wait for a popup. */
export interface FollowOptions {
  readonly signal?: AbortSignal | null | undefined
  readonly timeoutSeconds?: number | undefined
}

/**
 * Waits for the login in a popup, and closes it. Imports nothing of the core, so that it can be
 * loaded by itself, after the window has been opened.
 */
export const followPopup = async (
  kit: Kit,
  [popup, name]: Popup,
  { signal, timeoutSeconds = defaultTimeoutSeconds }: FollowOptions,
  refuse: (code: AuthErrorCode) => Error,
): Promise<void> => {
  const given = AbortSignal.any(signal ? [signal, kit.lifetime] : [kit.lifetime])
  if (!popup) throw refuse('popup_blocked')
  popup.focus()
  await untilLoggedIn(kit, popup, name, timeoutSeconds * 1000, given, refuse).finally(() =>
    popup.close(),
  )
}
