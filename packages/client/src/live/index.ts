import type { UserClaims } from '@coatcheck/wire'
import type { LiveMessage } from '../context.ts'
import type { AuthClient } from '../create-auth-client.ts'
import { kitOf } from '../kit.ts'
import { followStream } from './follow-stream.ts'

/** A running live session. */
export interface LiveSession {
  /** Closes the stream and listens no more. */
  readonly stop: () => void
}

/**
 * Learns at once what happens to the session elsewhere: a logout on another device or at the
 * provider, an operator who ends it, a limit that comes near (`sessionExpiring`;
 * `client.refreshSession()` moves the idle limit). One visible tab of the browser holds the stream
 * for all of them. Every event is a hint: the BFF is asked what is true. Where the stream cannot be
 * had the page goes on without it.
 */
export const startLive = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
): LiveSession => {
  const kit = kitOf(client)
  const { channel } = kit
  const stopped = new AbortController()
  const signal = AbortSignal.any([stopped.signal, kit.lifetime])
  const stop = (): void => stopped.abort()
  // Both it and locks are there in every secure page. A page without them could be one of many,
  // each with a stream of its own, so it has none.
  if (!channel) return { stop }
  let turn: AbortController | undefined

  const hear = ({ live, expiresAt }: LiveMessage): void => {
    // Only news of an end to come brings an instant of the future.
    if (expiresAt > kit.now()) kit.warn(expiresAt)
    // A hidden tab asks when it is looked at again; only an end is urgent.
    const isUrgent = live === 'changed' ? !document.hidden : live === 'ended'
    if (isUrgent) kit.check()
  }
  const onEvent = (live: string, seconds: number): void => {
    const message = { live, expiresAt: kit.now() + seconds * 1000 }
    channel.postMessage(message)
    hear(message)
  }
  const update = (): void => {
    const isHere = !document.hidden && !signal.aborted
    const isWanted = isHere && client.getState().status === 'authenticated'
    if (isWanted === !!turn) return
    turn?.abort()
    turn = isWanted ? new AbortController() : undefined
    if (!turn) return
    const lead = followStream.bind(0, kit, turn.signal, onEvent)
    // Refused when the turn is over before it began.
    navigator.locks?.request(channel.name, turn, lead).catch(() => {})
  }
  channel.addEventListener('message', ({ data }) => hear(data ?? {}), { signal })
  addEventListener('visibilitychange', update, { signal })
  signal.addEventListener('abort', client.subscribe(update))
  signal.addEventListener('abort', update)
  update()
  return { stop }
}
