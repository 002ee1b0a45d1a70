import type { PopupMessage } from '@coatcheck/wire'
import type { AuthErrorCode } from '../errors.ts'
import type { Kit } from '../kit.ts'
import { cutOffMs } from './defaults.ts'

/** Waits until the BFF tells of another session than there was. */
export const untilLoggedIn = (
  kit: Kit,
  popup: Window,
  name: string,
  timeoutMs: number,
  given: AbortSignal,
  refuse: (code: AuthErrorCode) => Error,
): Promise<void> =>
  new Promise<void>((resolve, reject) => {
    const former = kit.sid()
    const isDone = (): boolean => !!kit.sid() && kit.sid() !== former
    const over = new AbortController()
    const { signal } = over
    let isHeard: boolean | undefined
    let looksCutOff = 0
    const settle = (how: () => void): void => {
      how()
      over.abort()
    }
    const fail = (code: AuthErrorCode): void => settle(() => reject(refuse(code)))
    /** Asks the BFF; answers whether the wait goes on. */
    const look = async (): Promise<boolean> => {
      const state = await kit.check()
      if (isDone()) settle(resolve)
      else if (isHeard && state.status === 'error') settle(() => reject(state.error))
      return !signal.aborted
    }
    const onMessage = async ({ data }: MessageEvent): Promise<void> => {
      const { popup: sender, code }: Partial<PopupMessage> = data ?? {}
      // Some providers have their page cut off from ours, and the name is lost with that.
      const isMeant = sender === name || sender === ''
      if (!isMeant || (code && !(typeof code === 'string' && /^[a-z_]+$/.test(code)))) return
      isHeard = true
      // The first answer may be to a question asked before the login.
      if ((await look()) && !code) await look()
      if (code) fail(code)
    }
    const onFocus = async (): Promise<void> => {
      const isGone = popup.closed && looksCutOff < 2
      if ((await look()) && isGone && !isHeard) fail('popup_closed')
    }
    kit.channel?.addEventListener('message', onMessage, { signal })
    addEventListener('focus', onFocus, { signal })
    addEventListener('visibilitychange', onFocus, { signal })
    // A window that is gone while the user is not back either has only been cut off from this one.
    const beat = setInterval(() => {
      if (popup.closed && !document.hasFocus()) looksCutOff++
      // Known by a check of the page's own, where the one asked for here did not get through.
      if (isDone()) settle(resolve)
    }, cutOffMs)
    AbortSignal.timeout(timeoutMs).addEventListener('abort', () => fail('timeout'), { signal })
    given.addEventListener('abort', () => settle(() => reject(given.reason)), { signal })
    signal.addEventListener('abort', () => clearInterval(beat))
  })
