import type { Unsubscribe } from '../port.ts'
import { withDeadline } from './deadline.ts'
import type { RedisDriver, Subscriber } from './driver.ts'
import { toStoreError } from './fault.ts'

interface ChannelsOptions {
  readonly driver: RedisDriver
  readonly timeoutMs: number
}

type Listener = (message: string) => void

/** Who in this process listens to which channel, over one subscribed connection. */
export interface Channels {
  readonly subscribe: (channel: string, listener: Listener) => Promise<Unsubscribe>
  /** Silences every listener, messages already under way included. */
  readonly close: () => void
}

interface Group {
  readonly ears: Set<Listener>
  readonly subscribed: Promise<void>
}

/** Subscriptions shared by all listeners of a channel. The connection is made on first use. */
export const createChannels = ({ driver, timeoutMs }: ChannelsOptions): Channels => {
  const groups = new Map<string, Group>()
  let opening: Promise<Subscriber> | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const dispatch = (channel: string, message: string) => {
    const ears = groups.get(channel)?.ears ?? []
    // Apart from the client's own work, so that a listener's throw cannot break its connection.
    for (const ear of ears) queueMicrotask(() => ear(message))
  }

  const open = () => {
    opening ??= driver.openSubscriber(dispatch).catch((fault) => {
      opening = undefined
      throw fault
    })
    return opening
  }

  /** One after the other: an unsubscribe under way would take a newer subscription with it. */
  const inTurn = <T>(work: (subscriber: Subscriber) => Promise<T>): Promise<T> => {
    const done = turn.then(() => withDeadline(open().then(work), timeoutMs))
    turn = done.catch(() => undefined)
    return done
  }

  const createGroup = (channel: string): Group => {
    const subscribed = inTurn(async (subscriber) => {
      await subscriber.subscribe(channel)
    })
    const group = { ears: new Set<Listener>(), subscribed }
    groups.set(channel, group)
    return group
  }

  const leave = (channel: string, group: Group, ear: Listener) => {
    const wasThere = group.ears.delete(ear)
    if (!wasThere || group.ears.size > 0 || groups.get(channel) !== group) return
    groups.delete(channel)
    // Should it fail, messages still arrive and find nobody.
    inTurn((subscriber) => subscriber.unsubscribe(channel)).catch(() => undefined)
  }

  return {
    subscribe: async (channel, listener) => {
      const group = groups.get(channel) ?? createGroup(channel)
      // A wrapper of its own, so that one function may be subscribed twice.
      const ear: Listener = (message) => {
        if (group.ears.has(ear)) listener(message)
      }
      group.ears.add(ear)
      try {
        await group.subscribed
      } catch (fault) {
        leave(channel, group, ear)
        throw toStoreError(fault)
      }
      return async () => leave(channel, group, ear)
    },
    close: () => {
      for (const { ears } of groups.values()) ears.clear()
      groups.clear()
      opening?.then((subscriber) => subscriber.close()).catch(() => undefined)
    },
  }
}
