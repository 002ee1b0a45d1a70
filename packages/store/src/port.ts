/** One stored value with what a compare-and-set needs. */
export interface Entry {
  readonly value: string
  /** Opaque; changes with every `put` and `swap`, never with `touch`. */
  readonly version: string
  /** Absolute expiry, epoch milliseconds. */
  readonly expiresAt: number
}

/** What to write. */
export interface Value {
  readonly value: string
  /** Absolute expiry, epoch milliseconds. An instant in the past stores nothing. */
  readonly expiresAt: number
}

/** Ends a subscription. Calling it again does nothing. */
export type Unsubscribe = () => Promise<void>

/** Messages to every process that shares the store. Best effort: hints, never the truth. */
export interface Channel {
  /** Resolves when the store has taken the message, not when anyone has read it. */
  publish(message: string): Promise<void>
  /** `listener` is called in the order of publication, the publisher's own messages included. */
  subscribe(listener: (message: string) => void): Promise<Unsubscribe>
}

/**
 * The storage port: keys are strings of at most 512 characters, values are strings, each with an
 * absolute expiry. Every change of a key is atomic; an expired key is an absent key.
 *
 * Every method rejects with `StoreError` (`store_unavailable`) when the store cannot be reached and
 * (`store_closed`) after `close`. A method that rejects may or may not have happened.
 */
export interface Store {
  get(key: string): Promise<Entry | undefined>
  /** Writes only if the key is absent. Resolves to the new entry's version, or to `undefined`. */
  put(key: string, next: Value): Promise<string | undefined>
  /**
   * Replaces the value only if its version is still `version`.
   * Resolves to the new version, or to `undefined` when the key is absent or has moved on.
   */
  swap(key: string, version: string, next: Value): Promise<string | undefined>
  /** Deletes only if the version is still `version`; resolves to whether it did. */
  swapDelete(key: string, version: string): Promise<boolean>
  /** Reads and deletes in one step: of many callers exactly one receives the entry. */
  take(key: string): Promise<Entry | undefined>
  /** Sets the expiry and nothing else; the version stays. Resolves to whether the key existed. */
  touch(key: string, expiresAt: number): Promise<boolean>
  /** Deletes whatever is there. */
  drop(key: string): Promise<void>
  channel(name: string): Channel
  /** Ends subscriptions and refuses further calls. Does not close a client it was given. */
  close(): Promise<void>
}
