import type { Unsubscribe } from './port.ts'

type Listener = (message: string) => void

/** Publish and subscribe within one process. */
export interface MemoryChannels {
  publish(name: string, message: string): void
  subscribe(name: string, listener: Listener): Unsubscribe
  /** Silences every listener, messages already under way included. */
  clear(): void
}

/** Channels whose messages arrive in a later microtask, as they would over a network. */
export const createMemoryChannels = (): MemoryChannels => {
  const groups = new Map<string, Set<Listener>>()

  return {
    publish: (name, message) => {
      for (const listener of groups.get(name) ?? []) queueMicrotask(() => listener(message))
    },
    subscribe: (name, listener) => {
      const group = groups.get(name) ?? new Set()
      groups.set(name, group)
      // A wrapper of its own, so that one function may be subscribed twice.
      const own: Listener = (message) => {
        if (group.has(own)) listener(message)
      }
      group.add(own)
      return async () => {
        // A later group of the same name is not ours to remove.
        if (group.delete(own) && group.size === 0) groups.delete(name)
      }
    },
    clear: () => {
      for (const group of groups.values()) group.clear()
      groups.clear()
    },
  }
}
