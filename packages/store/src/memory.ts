import { checkExpiry, checkKey, checkText, checkValue } from './checks.ts'
import { sweepIntervalMs } from './defaults.ts'
import { StoreError } from './errors.ts'
import { createMemoryChannels } from './memory-channels.ts'
import type { Channel, Entry, Store, Value } from './port.ts'

/** Options of {@link createMemoryStore}. */
export interface MemoryStoreOptions {
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/**
 * A store in this process's memory: for development and tests. What it holds dies with the
 * process, and a second process sees none of it.
 */
export const createMemoryStore = (options: MemoryStoreOptions = {}): Store => {
  const now = options.now ?? Date.now
  const entries = new Map<string, Entry>()
  const channels = createMemoryChannels()
  let versions = 0
  let sweptAt = now()
  let closed = false

  const checkOpen = () => {
    if (closed) throw new StoreError('store_closed', 'The store was closed; create a new one.')
  }

  const sweep = () => {
    const at = now()
    if (at - sweptAt < sweepIntervalMs) return
    sweptAt = at
    for (const [key, entry] of entries) if (entry.expiresAt <= at) entries.delete(key)
  }

  /** The entry of a key that is not expired, after the checks every method owes. */
  const live = (key: string): Entry | undefined => {
    checkOpen()
    checkKey(key)
    sweep()
    const entry = entries.get(key)
    if (entry === undefined || entry.expiresAt > now()) return entry
    entries.delete(key)
    return undefined
  }

  const write = (key: string, { value, expiresAt }: Value): string => {
    versions += 1
    const version = String(versions)
    // An entry already expired is dropped by whoever looks at it next.
    entries.set(key, { value, version, expiresAt })
    return version
  }

  const isCurrent = (key: string, version: string) => live(key)?.version === version

  const channel = (name: string): Channel => ({
    publish: async (message) => {
      checkOpen()
      checkKey(name)
      checkText(message)
      channels.publish(name, message)
    },
    subscribe: async (listener) => {
      checkOpen()
      checkKey(name)
      return channels.subscribe(name, listener)
    },
  })

  return {
    get: async (key) => live(key),
    put: async (key, next) => {
      checkValue(next)
      return live(key) === undefined ? write(key, next) : undefined
    },
    swap: async (key, version, next) => {
      checkValue(next)
      return isCurrent(key, version) ? write(key, next) : undefined
    },
    swapDelete: async (key, version) => isCurrent(key, version) && entries.delete(key),
    take: async (key) => {
      const entry = live(key)
      entries.delete(key)
      return entry
    },
    touch: async (key, expiresAt) => {
      checkExpiry(expiresAt)
      const entry = live(key)
      if (entry === undefined) return false
      entries.set(key, { ...entry, expiresAt })
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
      channels.clear()
    },
  }
}
