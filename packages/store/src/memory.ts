import { maximumKeyLength, sweepIntervalMs } from './defaults.ts'
import { StoreError } from './errors.ts'
import type { Channel, Entry, Store, Unsubscribe, Value } from './port.ts'

/** Options of {@link createMemoryStore}. */
export interface MemoryStoreOptions {
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

type Listener = (message: string) => void

/**
 * A store in this process's memory: for development and tests. What it holds dies with the
 * process, and a second process sees none of it.
 */
export const createMemoryStore = (options: MemoryStoreOptions = {}): Store => {
  const now = options.now ?? Date.now
  const entries = new Map<string, Entry>()
  const listeners = new Map<string, Set<Listener>>()
  let versions = 0
  let sweptAt = now()
  let closed = false

  const sweep = () => {
    if (now() - sweptAt < sweepIntervalMs) return
    sweptAt = now()
    for (const [key, entry] of entries) if (entry.expiresAt <= sweptAt) entries.delete(key)
  }

  const live = (key: string): Entry | undefined => {
    if (closed) throw new StoreError('store_closed', 'The store was closed; create a new one.')
    if (key.length === 0 || key.length > maximumKeyLength) {
      throw new StoreError('store_misused', `A key has 1 to ${maximumKeyLength} characters.`)
    }
    sweep()
    const entry = entries.get(key)
    if (entry === undefined || entry.expiresAt > now()) return entry
    entries.delete(key)
    return undefined
  }

  const write = (key: string, next: Value): string => {
    versions += 1
    const version = String(versions)
    if (next.expiresAt > now()) {
      entries.set(key, { value: next.value, version, expiresAt: next.expiresAt })
    } else entries.delete(key)
    return version
  }

  const isCurrent = (key: string, version: string) => live(key)?.version === version

  const channel = (name: string): Channel => ({
    publish: async (message) => {
      if (closed) throw new StoreError('store_closed', 'The store was closed; create a new one.')
      for (const listener of listeners.get(name) ?? []) queueMicrotask(() => listener(message))
    },
    subscribe: async (listener): Promise<Unsubscribe> => {
      if (closed) throw new StoreError('store_closed', 'The store was closed; create a new one.')
      const group = listeners.get(name) ?? new Set()
      listeners.set(name, group)
      // A wrapper of its own, so that one function may be subscribed twice.
      const own: Listener = (message) => {
        if (group.has(own)) listener(message)
      }
      group.add(own)
      return async () => {
        group.delete(own)
        if (group.size === 0) listeners.delete(name)
      }
    },
  })

  return {
    get: async (key) => live(key),
    put: async (key, next) => (live(key) === undefined ? write(key, next) : undefined),
    swap: async (key, version, next) => (isCurrent(key, version) ? write(key, next) : undefined),
    swapDelete: async (key, version) => isCurrent(key, version) && entries.delete(key),
    take: async (key) => {
      const entry = live(key)
      entries.delete(key)
      return entry
    },
    touch: async (key, expiresAt) => {
      const entry = live(key)
      if (entry === undefined) return false
      if (expiresAt > now()) entries.set(key, { ...entry, expiresAt })
      else entries.delete(key)
      return true
    },
    drop: async (key) => {
      live(key)
      entries.delete(key)
    },
    channel,
    close: async () => {
      closed = true
      entries.clear()
      listeners.clear()
    },
  }
}
