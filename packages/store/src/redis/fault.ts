import { StoreError } from '../errors.ts'

interface Told {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
}

/** From the first of these on, a message may repeat what was sent. */
const quotation = /['"`,:(].*$/s

/**
 * A cause that is safe to log. Clients hang the command with its arguments on their errors, and
 * servers repeat arguments in their messages; both hold keys and values.
 */
const toCause = (fault: unknown): Error => {
  const { name, message, code }: Told = fault instanceof Error ? fault : {}
  const cause = new Error(String(message ?? 'unknown fault').replace(quotation, ''))
  return Object.assign(cause, { name: String(name ?? 'Error') }, code ? { code: String(code) } : {})
}

/** What the store rejects with when a client did. */
export const toStoreError = (fault: unknown): StoreError => {
  if (fault instanceof StoreError) return fault
  const message = 'Redis could not carry out a command.'
  return new StoreError('store_unavailable', message, { cause: toCause(fault) })
}
