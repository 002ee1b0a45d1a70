import { channelPrefix } from '@coatcheck/wire'
import type { Context, Message } from './context.ts'
import { endSession } from './end-session.ts'
import { loadSession } from './session.ts'

/** Joins the other tabs of the app. */
export const joinTabs = (context: Context, signal: AbortSignal): void => {
  try {
    const channel = new BroadcastChannel(channelPrefix + context.bffPath)
    context.channel = channel
    signal.addEventListener('abort', () => {
      channel.close()
      // A logout under way goes on to the provider; a closed channel would throw at it.
      delete context.channel
    })
    channel.addEventListener('message', ({ data }) => {
      // Anything may arrive here; what is not a message of ours has no `sid`.
      const { sid }: Partial<Message> = data ?? {}
      if (sid === null) endSession(context, 'logout')
      if (sid && sid !== context.login?.sid) loadSession(context, 'slide=false')
    })
  } catch {
    // Refused where storage is switched off. Tabs then find out at their next check.
  }
}
