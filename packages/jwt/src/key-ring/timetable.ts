import type { Algorithm } from '../algorithms.ts'
import type { Jwk } from '../keys/jwk.ts'
import { hasPrivateMember } from '../keys/jwk.ts'

/** A key of a ring with its place in time. */
export interface RingKey {
  readonly kid: string
  readonly alg: Algorithm
  /** From this instant on it signs, until the next key does; epoch milliseconds. */
  readonly signsFrom: number
  /** How long it stays published after its last signature, in milliseconds. */
  readonly keepMs: number
  /** Private as long as it may sign, public afterwards. */
  readonly jwk: Jwk
}

/** All keys of a ring, in the order in which they sign. */
export type RingRecord = readonly RingKey[]

/** The intervals of a ring, in milliseconds. */
export interface Timing {
  /** How long one key signs. */
  readonly rotateMs: number
  /** How long a key is published before it signs. */
  readonly aheadMs: number
  /** How long a key is published after its last signature. */
  readonly keepMs: number
  /** How far the clocks of two processes may differ. */
  readonly skewMs: number
}

/** When the key at that place was last used to sign: when the next one began. */
const signedUntil = (record: RingRecord, index: number): number =>
  record[index + 1]?.signsFrom ?? Number.POSITIVE_INFINITY

/** The key that signs at that instant. A clock that was set back finds the oldest that still can. */
export const signingKeyAt = (record: RingRecord, now: number): RingKey | undefined => {
  const able = record.filter(({ jwk }) => hasPrivateMember(jwk))
  return able.findLast(({ signsFrom }) => signsFrom <= now) ?? able[0]
}

/** The keys to publish at that instant: all but those whose last token is dead. */
export const publishedAt = (record: RingRecord, now: number, { keepMs }: Timing): RingRecord =>
  record.filter((key, index) => now < signedUntil(record, index) + Math.max(key.keepMs, keepMs))

/**
 * When the next key should begin to sign, or `undefined` while it is early for one. It is due
 * when it has just the time to become known to every verifier before it is needed.
 */
export const nextSignsFrom = (
  record: RingRecord,
  now: number,
  { rotateMs, aheadMs }: Timing,
  algorithm: Algorithm,
): number | undefined => {
  const last = record[record.length - 1]
  // Nobody can hold a set without the first key, because there never was one.
  if (last === undefined) return now
  if (last.signsFrom > now) return undefined
  if (last.alg !== algorithm) return now + aheadMs
  const planned = last.signsFrom + rotateMs
  return now + aheadMs >= planned ? Math.max(planned, now + aheadMs) : undefined
}

const isDoneSigning = (record: RingRecord, index: number, now: number, { skewMs }: Timing) =>
  signedUntil(record, index) + skewMs <= now

/** The record without dead keys, and without the private part of keys that sign no more. */
export const tidyAt = (
  record: RingRecord,
  now: number,
  timing: Timing,
  toPublic: (key: RingKey) => Jwk,
): RingRecord => {
  const done = new Set(record.filter((_, index) => isDoneSigning(record, index, now, timing)))
  return publishedAt(record, now, timing).map((key) =>
    done.has(key) && hasPrivateMember(key.jwk) ? { ...key, jwk: toPublic(key) } : key,
  )
}

/** True when {@link tidyAt} would change something. */
export const isUntidyAt = (record: RingRecord, now: number, timing: Timing): boolean =>
  publishedAt(record, now, timing).length < record.length ||
  record.some(
    ({ jwk }, index) => isDoneSigning(record, index, now, timing) && hasPrivateMember(jwk),
  )

/**
 * The record after a revocation. Where the key was the one that signs, the next one signs at once;
 * a key that has signed before never does again. Without a next key, `replacement` takes its place.
 */
export const withoutKey = (
  record: RingRecord,
  kid: string,
  now: number,
  replacement: RingKey | undefined,
): RingRecord => {
  const left = record.filter((key) => key.kid !== kid)
  if (signingKeyAt(record, now)?.kid !== kid) return left
  const next = left.findIndex(({ signsFrom }) => signsFrom > now)
  if (next === -1) return replacement === undefined ? left : [...left, replacement]
  return left.map((key, index) => (index === next ? { ...key, signsFrom: now } : key))
}

/** True when a revocation of the key needs a new one to sign. */
export const needsReplacement = (record: RingRecord, kid: string, now: number): boolean =>
  signingKeyAt(record, now)?.kid === kid && !record.some(({ signsFrom }) => signsFrom > now)
