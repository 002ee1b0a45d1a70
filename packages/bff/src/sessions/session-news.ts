import type { Store, Unsubscribe } from '@coatcheck/store'
import type { SessionEndReason } from '@coatcheck/wire'
import { describeFailure, type Log } from '../log.ts'

/** What one process tells all others about a session. A hint: the record is the truth. */
export type SessionMessage =
  | { readonly kind: 'changed'; readonly sid: string }
  | { readonly kind: 'ended'; readonly sid: string; readonly reason: SessionEndReason }

/** Who wants to know about a session. */
export interface Follower {
  /** Something happened: read the record. */
  hear(): void
  /** There will be no more news: this process is shutting down. */
  end(): void
}

/** News of sessions, among all processes that share a store. */
export interface SessionNews {
  /** Best effort; never rejects. */
  publish(message: SessionMessage): Promise<void>
  /** Hears that something happened to one session; resolves to how to stop. */
  follow(sid: string, follower: Follower): Promise<() => void>
  /** How many follow that session in this process. */
  followers(sid: string): number
  close(): Promise<void>
}

export interface SessionNewsOptions {
  readonly store: Pick<Store, 'channel'>
  readonly log: Log
}

/** The sid of a message; whatever else may be on the channel concerns nobody. */
const sidOf = (message: string): string | undefined => {
  try {
    const { sid } = JSON.parse(message) as { sid?: unknown }
    return typeof sid === 'string' ? sid : undefined
  } catch {
    return undefined
  }
}

/** One subscription for a whole process, taken when the first stream needs it. */
export const createSessionNews = ({ store, log }: SessionNewsOptions): SessionNews => {
  const followers = new Map<string, Set<Follower>>()
  let subscription: Promise<Unsubscribe> | undefined

  const hear = (message: string) => {
    const sid = sidOf(message)
    if (sid === undefined) return
    for (const follower of [...(followers.get(sid) ?? [])]) follower.hear()
  }

  const subscribe = () => {
    subscription ??= store
      .channel('sessions')
      .subscribe(hear)
      .catch((failure: unknown) => {
        subscription = undefined
        throw failure
      })
    return subscription
  }

  const leave = (sid: string, follower: Follower) => {
    const group = followers.get(sid)
    group?.delete(follower)
    if (group?.size === 0) followers.delete(sid)
  }

  return {
    publish: async (message) => {
      try {
        await store.channel('sessions').publish(JSON.stringify(message))
      } catch (failure) {
        log.warn(
          { event: 'session.news_unsent', failure: describeFailure(failure) },
          'Other processes learn of a session’s change only when they read it.',
        )
      }
    },
    follow: async (sid, follower) => {
      const group = followers.get(sid) ?? new Set()
      followers.set(sid, group.add(follower))
      try {
        await subscribe()
      } catch (failure) {
        leave(sid, follower)
        throw failure
      }
      return () => leave(sid, follower)
    },
    followers: (sid) => followers.get(sid)?.size ?? 0,
    close: async () => {
      for (const follower of [...followers.values()].flatMap((group) => [...group])) follower.end()
      followers.clear()
      const unsubscribe = await subscription?.catch(() => undefined)
      await unsubscribe?.().catch(() => undefined)
    },
  }
}
