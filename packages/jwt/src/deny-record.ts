import type { Store } from '@coatcheck/store'
import { retryAfterSeconds } from './defaults.ts'
import { JwtError } from './errors.ts'

/** The error of a deny list that cannot be read or written. */
export const denyListUnavailable = (): JwtError =>
  new JwtError('deny_list_unavailable', 'The deny list is unavailable.', { retryAfterSeconds })

/** A denial as it is stored: a number, and the instant (epoch ms) until which it matters. */
export interface DenyRecord {
  readonly value: number
  readonly expiresAt: number
}

/** Writers of one record that lose again and again: far more than ever meet. */
const attempts = 32

const write = async (store: Store, key: string, record: DenyRecord): Promise<boolean> => {
  const text = { value: String(record.value), expiresAt: record.expiresAt }
  if ((await store.put(key, text)) !== undefined) return true
  const held = await store.get(key)
  if (held === undefined) return false
  const value = Math.max(record.value, Number.parseFloat(held.value))
  const expiresAt = Math.max(record.expiresAt, held.expiresAt)
  if (String(value) === held.value && expiresAt === held.expiresAt) return true
  return (await store.swap(key, held.version, { value: String(value), expiresAt })) !== undefined
}

/**
 * Writes a denial so that it only ever grows: of two, the higher value and the later expiry stay,
 * whatever the order in which processes write.
 *
 * @throws JwtError `deny_list_unavailable` when it is not certain that the store holds it
 */
export const raise = async (store: Store, key: string, record: DenyRecord): Promise<void> => {
  try {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (await write(store, key, record)) return
    }
  } catch {
    throw denyListUnavailable()
  }
  throw denyListUnavailable()
}
