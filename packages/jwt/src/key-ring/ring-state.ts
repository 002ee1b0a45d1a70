import { ringAttempts, ringRereadSeconds, ringRetrySeconds } from '../defaults.ts'
import { JwtError } from '../errors.ts'
import type { ResolvedKeyRing } from './key-ring-options.ts'
import { makeRingKey, toPublicRingJwk } from './ring-key.ts'
import type { StoredRing } from './ring-storage.ts'
import type { RingKey, RingRecord, Timing } from './timetable.ts'
import { isUntidyAt, nextSignsFrom, tidyAt } from './timetable.ts'

/** What a process knows of the ring. */
export interface KnownRing {
  readonly record: RingRecord
  /** False while the store does not answer: another process may have changed the ring. */
  readonly isFresh: boolean
}

/** The ring as this process sees it; made by {@link createRingState}. */
export interface RingState {
  /** The ring now, with the next key in it when it is due. */
  load(): Promise<KnownRing>
  /** Changes the ring, whatever others do; `change` gives `undefined` when there is nothing to. */
  change(change: (record: RingRecord) => Promise<RingRecord | undefined>): Promise<boolean>
}

const unavailable = (): JwtError =>
  new JwtError('keys_unavailable', 'The key ring is unavailable: its store does not answer.', {
    retryAfterSeconds: ringRetrySeconds,
  })

const contended = (): JwtError =>
  new JwtError('keys_unavailable', 'The key ring is changed by others all the time.', {
    retryAfterSeconds: ringRetrySeconds,
  })

/** The store's own errors may name hosts and keys. */
const raise = (error: unknown): JwtError => (error instanceof JwtError ? error : unavailable())

/** A record nobody used for two rotations has signed nothing that is still alive. */
const expiryOf = (now: number, { rotateMs, aheadMs, keepMs }: Timing): number =>
  Math.ceil(now + 2 * rotateMs + aheadMs + keepMs)

/**
 * Follows the one record of a ring: reads it again every few seconds when it is used, adds the next
 * key when that is due, and removes what is dead, each as one compare-and-set.
 */
export const createRingState = (ring: ResolvedKeyRing): RingState => {
  const { storage, timing, now } = ring
  const staleMs = timing.aheadMs - timing.skewMs
  let known: StoredRing | undefined
  let readAt = 0
  let retryAt = 0
  let reading: Promise<void> | undefined

  const isYounger = (limitMs: number): boolean => {
    // A clock that was set back must not keep an old record.
    const age = known === undefined ? Number.POSITIVE_INFINITY : now() - readAt
    return age >= 0 && age < limitMs
  }

  const remember = (stored: StoredRing): void => {
    known = stored
    readAt = now()
  }

  const change: RingState['change'] = async (amend) => {
    for (let attempt = 0; attempt < ringAttempts; attempt += 1) {
      const stored = await storage.read(known)
      const record = await amend(stored?.record ?? [])
      if (record === undefined) {
        if (stored !== undefined) remember(stored)
        return false
      }
      const written = await storage.write(stored, record, expiryOf(now(), timing))
      if (written === undefined) continue
      remember(written)
      return true
    }
    throw contended()
  }

  const keepUp = async (): Promise<void> => {
    // One key for all attempts: making an RSA key takes longer than losing a race.
    let spare: RingKey | undefined
    await change(async (record) => {
      const at = now()
      const signsFrom = nextSignsFrom(record, at, timing, ring.algorithm)
      if (signsFrom === undefined && !isUntidyAt(record, at, timing)) return undefined
      const tidy = tidyAt(record, at, timing, toPublicRingJwk)
      if (signsFrom === undefined) return tidy
      spare ??= await makeRingKey(ring, signsFrom)
      return [...tidy, { ...spare, signsFrom }]
    })
  }

  const reread = async (): Promise<void> => {
    try {
      await keepUp()
    } catch (error) {
      retryAt = now() + ringRetrySeconds * 1000
      throw raise(error)
    }
  }

  const refresh = (): Promise<void> => {
    reading ??= reread().finally(() => {
      reading = undefined
    })
    return reading
  }

  const isRetryDue = (): boolean => {
    const left = retryAt - now()
    return left <= 0 || left > ringRetrySeconds * 1000
  }

  const load = async (): Promise<KnownRing> => {
    if (!isYounger(ringRereadSeconds * 1000) && (isRetryDue() || !isYounger(staleMs))) {
      await refresh().catch((error: JwtError) => {
        if (error.code !== 'keys_unavailable' || !isYounger(staleMs)) throw error
      })
    }
    if (known === undefined) throw unavailable()
    return { record: known.record, isFresh: isYounger(ringRereadSeconds * 1000) }
  }

  return {
    load,
    change: async (amend) => {
      try {
        return await change(amend)
      } catch (error) {
        throw raise(error)
      }
    },
  }
}
