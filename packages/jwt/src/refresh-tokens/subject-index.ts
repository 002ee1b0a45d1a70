import type { Entry } from '@coatcheck/store'
import { maximumFamiliesOfSubject } from '../defaults.ts'
import { encodeBytes } from '../token/encode-base64url.ts'
import type { RecordStore } from './guarded-store.ts'
import { hashToken } from './refresh-token.ts'

/** A family by name; hints only, the family's record decides. */
interface Hint {
  readonly familyId: string
  /** The family's absolute end, epoch milliseconds. */
  readonly expiresAt: number
}

interface SubjectRecord {
  /** Random; another one after each revocation of the subject. */
  readonly epoch: string
  readonly families: readonly Hint[]
}

/** What became of an entry. */
export interface Entered {
  readonly epoch: string
  /** Families that had to give way: end them, for nobody finds them here any more. */
  readonly displaced: readonly string[]
}

/** Finds the families of a subject. */
export interface SubjectIndex {
  /** Enters a family; to be called before its record is there. */
  enter(subject: string, hint: Hint): Promise<Entered>
  /** Whether the subject was not revoked since that entry. */
  isCurrent(subject: string, epoch: string): Promise<boolean>
  /** Begins a new epoch; resolves to the families of the old one. */
  close(subject: string): Promise<readonly string[]>
  /** Takes out families that have ended. */
  leave(subject: string, familyIds: readonly string[]): Promise<void>
}

export interface SubjectIndexOptions {
  readonly store: RecordStore
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
}

/** Hashed: keys show up in tools and logs, and a subject may be an e-mail address. */
const keyOf = async (subject: string): Promise<string> =>
  `refresh-subject:${await hashToken(subject)}`

interface Found {
  readonly entry: Entry
  readonly record: SubjectRecord
}

/**
 * An index record lives as long as the longest family in it and is never deleted before, so that an
 * epoch read once cannot come back.
 */
export const createSubjectIndex = ({
  store,
  now,
  randomBytes,
}: SubjectIndexOptions): SubjectIndex => {
  const makeEpoch = () => encodeBytes(randomBytes(16))

  const read = async (key: string): Promise<Found | undefined> => {
    const entry = await store.get(key)
    if (entry === undefined) return undefined
    const { epoch, families } = JSON.parse(entry.value) as SubjectRecord
    const living = families.filter(({ expiresAt }) => expiresAt > now())
    return { entry, record: { epoch, families: living } }
  }

  const write = async (key: string, entry: Entry | undefined, record: SubjectRecord) => {
    const ends = record.families.map(({ expiresAt }) => expiresAt)
    const next = {
      value: JSON.stringify(record),
      expiresAt: Math.max(entry?.expiresAt ?? 0, ...ends),
    }
    const version = await (entry === undefined
      ? store.put(key, next)
      : store.swap(key, entry.version, next))
    return version !== undefined
  }

  const enter = async (subject: string, hint: Hint): Promise<Entered> => {
    const key = await keyOf(subject)
    for (;;) {
      const found = await read(key)
      const all = [...(found?.record.families ?? []), hint]
      const families = all.slice(-maximumFamiliesOfSubject)
      const epoch = found?.record.epoch ?? makeEpoch()
      if (!(await write(key, found?.entry, { epoch, families }))) continue
      const displaced = all.slice(0, -families.length).map(({ familyId }) => familyId)
      return { epoch, displaced }
    }
  }

  /** Changes a record that is there; resolves to what it was before. */
  const change = async (
    subject: string,
    make: (record: SubjectRecord) => SubjectRecord,
  ): Promise<SubjectRecord | undefined> => {
    const key = await keyOf(subject)
    for (;;) {
      const found = await read(key)
      if (found === undefined) return undefined
      if (await write(key, found.entry, make(found.record))) return found.record
    }
  }

  return {
    enter,
    isCurrent: async (subject, epoch) => (await read(await keyOf(subject)))?.record.epoch === epoch,
    close: async (subject) => {
      const before = await change(subject, ({ families }) => ({ epoch: makeEpoch(), families }))
      return before?.families.map(({ familyId }) => familyId) ?? []
    },
    leave: async (subject, familyIds) => {
      await change(subject, ({ epoch, families }) => ({
        epoch,
        families: families.filter(({ familyId }) => !familyIds.includes(familyId)),
      }))
    },
  }
}
