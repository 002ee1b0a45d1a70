import type { FamilyRecord, LiveFamily } from './family-record.ts'
import { familyKey, readFamily, writeFamily } from './family-record.ts'
import type { RecordStore } from './guarded-store.ts'

/** A family as it was read, with what a compare-and-set needs. */
export interface StoredFamily<Record extends FamilyRecord = FamilyRecord> {
  readonly record: Record
  readonly version: string
  readonly expiresAt: number
}

/** The records of all families. */
export interface Families {
  /** Reads a family; an expired one too, where the store has not dropped it yet. */
  read(familyId: string): Promise<StoredFamily | undefined>
  /** Writes a new family. Resolves to whether the name was free. */
  create(record: LiveFamily, expiresAt: number): Promise<boolean>
  /** Replaces what was read. Resolves to the new version; `undefined` when somebody was faster. */
  replace(from: StoredFamily, to: FamilyRecord, expiresAt: number): Promise<string | undefined>
}

export const createFamilies = (store: RecordStore): Families => ({
  read: async (familyId) => {
    const entry = await store.get(familyKey(familyId))
    if (entry === undefined) return undefined
    const { version, expiresAt } = entry
    return { record: readFamily(entry.value), version, expiresAt }
  },
  create: async (record, expiresAt) => {
    const next = { value: writeFamily(record), expiresAt }
    return (await store.put(familyKey(record.grant.familyId), next)) !== undefined
  },
  replace: async ({ version }, to, expiresAt) => {
    const next = { value: writeFamily(to), expiresAt }
    return store.swap(familyKey(to.grant.familyId), version, next)
  },
})
