/** `store_unavailable`: try again later. `store_closed`: the caller used it after `close`. */
export type StoreErrorCode = 'store_unavailable' | 'store_closed' | 'store_misused'

/** The only error a store rejects with. Its message never holds a key or a value. */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}
