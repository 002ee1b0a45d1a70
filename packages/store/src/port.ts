/** One stored value with what a compare-and-set needs. */
export interface Entry {
  /** The text as it was written. */
  readonly value: string
  /**
   * Opaque; changes with every `put` and `swap`, never with `touch`. A version is never used
   * twice for one key, not even when the key was deleted in between.
   */
  readonly version: string
  /** Absolute expiry, epoch milliseconds: at this instant the entry is gone. */
  readonly expiresAt: number
}

/** What to write. */
export interface Value {
  /** Any well-formed text: no lone surrogates, which UTF-8 cannot carry. */
  readonly value: string
  /**
   * Absolute expiry, whole epoch milliseconds. An instant that is not in the future counts as
   * written and expired at once: the write succeeds and the key is absent afterwards.
   */
  readonly expiresAt: number
}

/** Ends a subscription: once called, the listener hears nothing more. Repeated calls do nothing. */
export type Unsubscribe = () => Promise<void>

/** Messages to every process that shares the store. Best effort: hints, never the truth. */
export interface Channel {
  /** Resolves when the store has taken the message, not when anyone has read it. */
  publish(message: string): Promise<void>
  /**
   * Hears every message published after the returned promise resolved, in the order of
   * publication, the publisher's own included. A listener must not throw: nobody could catch it.
   */
  subscribe(listener: (message: string) => void): Promise<Unsubscribe>
}

/**
 * The storage port. Keys and channel names are texts of 1 to 512 characters, values are texts,
 * each with an absolute expiry. Every change of a key is atomic, no method touches a second key,
 * and an expired key is an absent key.
 *
 * Every method rejects with `StoreError`: `store_unavailable` when the store cannot be reached (the
 * change may have happened, or not, or may yet happen), `store_closed` after `close`,
 * `store_misused` when an argument breaks the rules above.
 */
export interface Store {
  /** Reads what is there now. */
  get(key: string): Promise<Entry | undefined>
  /** Writes only if the key is absent. Resolves to the new entry's version, or to `undefined`. */
  put(key: string, next: Value): Promise<string | undefined>
  /**
   * Replaces value and expiry only if the version is still `version`.
   * Resolves to the new version, or to `undefined` when the key is absent or has moved on.
   */
  swap(key: string, version: string, next: Value): Promise<string | undefined>
  /** Deletes only if the version is still `version`; resolves to whether it did. */
  swapDelete(key: string, version: string): Promise<boolean>
  /** Reads and deletes in one step: of many callers exactly one receives the entry. */
  take(key: string): Promise<Entry | undefined>
  /**
   * Sets the expiry (whole epoch milliseconds) and nothing else; the version stays. An instant that
   * is not in the future deletes. Resolves to whether the key existed.
   */
  touch(key: string, expiresAt: number): Promise<boolean>
  /** Deletes whatever is there. */
  drop(key: string): Promise<void>
  /** The channel of that name; its messages and the keys know nothing of each other. */
  channel(name: string): Channel
  /**
   * Ends subscriptions and refuses further calls. Does not close a client it was given.
   * Repeated calls do nothing.
   */
  close(): Promise<void>
}
