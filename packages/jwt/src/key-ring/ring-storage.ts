import type { Store } from '@coatcheck/store'
import { maximumRingBytes } from '../defaults.ts'
import { JwtError } from '../errors.ts'
import { misconfigured } from '../options.ts'
import { seal } from '../seal/seal.ts'
import type { SealingKey } from '../seal/sealing-keys.ts'
import { unsealText } from '../seal/unseal.ts'
import { readRingRecord, writeRingRecord } from './ring-record.ts'
import type { RingRecord } from './timetable.ts'

/** The ring as it was read, with what a compare-and-set needs. */
export interface StoredRing {
  readonly record: RingRecord
  readonly version: string
}

/** Where the one record of a ring is kept. Rejections that are no `JwtError` are the store's. */
export interface RingStorage {
  /** Reads the ring. `known` is what was read last: while it is current, it is the answer. */
  read(known: StoredRing | undefined): Promise<StoredRing | undefined>
  /** Replaces what was read; `undefined` when another process was faster. */
  write(
    read: StoredRing | undefined,
    record: RingRecord,
    expiresAt: number,
  ): Promise<StoredRing | undefined>
}

/** Keeps a ring in this process only. */
export const createMemoryRingStorage = (): RingStorage => {
  let stored: StoredRing | undefined
  let writes = 0
  return {
    read: async () => stored,
    write: async (read, record) => {
      if (read?.version !== stored?.version) return undefined
      writes += 1
      stored = { record, version: String(writes) }
      return stored
    },
  }
}

const open = async (
  text: string,
  keys: readonly SealingKey[],
  associatedData: string,
): Promise<string> => {
  try {
    return await unsealText(text, { keys, associatedData, maximumBytes: maximumRingBytes })
  } catch (error) {
    if (error instanceof JwtError && error.code === 'configuration_invalid') throw error
    throw misconfigured('sealingKeys do not open the stored key ring: one is missing, or wrong.')
  }
}

/**
 * Keeps a ring in a shared store, sealed as a whole: nobody who can read the store learns a private
 * key, and nobody who can write to it can slip in a public one.
 */
export const createSharedRingStorage = (
  store: Store,
  key: string,
  keys: readonly SealingKey[],
): RingStorage => ({
  read: async (known) => {
    const entry = await store.get(key)
    if (entry === undefined) return undefined
    if (entry.version === known?.version) return known
    return { record: readRingRecord(await open(entry.value, keys, key)), version: entry.version }
  },
  write: async (read, record, expiresAt) => {
    const value = await seal(writeRingRecord(record), { keys, associatedData: key })
    const next = { value, expiresAt }
    const version =
      read === undefined ? await store.put(key, next) : await store.swap(key, read.version, next)
    return version === undefined ? undefined : { record, version }
  },
})
