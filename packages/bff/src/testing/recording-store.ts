import { createMemoryStore, type Store } from '@coatcheck/store'

export interface StoreCall {
  readonly method: 'get' | 'put' | 'swap' | 'touch'
  readonly key: string
}

/**
 * A memory store that remembers everything it was ever given to keep, and lets a test delay or
 * refuse any call.
 */
export interface RecordingStore extends Store {
  /** Keys and values of every `put` and `swap`, in order. */
  readonly written: readonly { readonly key: string; readonly value: string }[]
  readonly calls: StoreCall[]
  /** Runs before a call reaches the store; what it throws is the call's outcome. */
  before: (call: StoreCall) => void | Promise<void>
  /** Runs once the store has done it; what it throws is the call's outcome: an answer that is lost. */
  after: (call: StoreCall) => void | Promise<void>
}

export const createRecordingStore = (now: () => number): RecordingStore => {
  const store = createMemoryStore({ now })
  const written: { key: string; value: string }[] = []
  const calls: StoreCall[] = []

  const run = async <T>(call: StoreCall, work: () => Promise<T>): Promise<T> => {
    calls.push(call)
    await recording.before(call)
    const answer = await work()
    await recording.after(call)
    return answer
  }

  const recording: RecordingStore = {
    ...store,
    written,
    calls,
    before: () => {},
    after: () => {},
    get: (key) => run({ method: 'get', key }, () => store.get(key)),
    put: (key, entry) => {
      written.push({ key, value: entry.value })
      return run({ method: 'put', key }, () => store.put(key, entry))
    },
    swap: (key, version, entry) => {
      written.push({ key, value: entry.value })
      return run({ method: 'swap', key }, () => store.swap(key, version, entry))
    },
    touch: (key, expiresAt) => run({ method: 'touch', key }, () => store.touch(key, expiresAt)),
  }
  return recording
}
