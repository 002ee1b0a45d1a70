/**
 * `store_unavailable`: try again later. `store_closed`: the store was used after `close`.
 * `store_misused`: an argument breaks the port's rules; a bug of the caller.
 */
export type StoreErrorCode = 'store_unavailable' | 'store_closed' | 'store_misused'

/** The only error a store rejects with. Its message never holds a key or a value. */
export class StoreError extends Error {
  /** What went wrong, for programs. */
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}
