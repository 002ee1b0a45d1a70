import { isAlgorithm } from '../algorithms.ts'
import { misconfigured } from '../options.ts'
import { isRecord, parseStrictJson } from '../token/json.ts'
import type { RingKey, RingRecord } from './timetable.ts'

const format = 1

const isInstant = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0

const isRingKey = (value: unknown): value is RingKey =>
  isRecord(value) &&
  typeof value.kid === 'string' &&
  isAlgorithm(value.alg) &&
  isInstant(value.signsFrom) &&
  isInstant(value.keepMs) &&
  isRecord(value.jwk) &&
  typeof value.jwk.kty === 'string'

/** The ring as text, with its private keys. */
export const writeRingRecord = (keys: RingRecord): string => JSON.stringify({ format, keys })

/** Reads what {@link writeRingRecord} wrote. @throws JwtError `configuration_invalid` */
export const readRingRecord = (text: string): RingRecord => {
  const json = parseStrictJson(text)
  const value = json.ok && isRecord(json.value) ? json.value : {}
  const keys: readonly unknown[] = Array.isArray(value.keys) ? value.keys : []
  if (value.format === format && keys.length > 0 && keys.every(isRingKey)) return keys
  throw misconfigured('The stored key ring is of a format that this version does not read.')
}
