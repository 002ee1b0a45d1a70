import { createMemoryStore, type Store } from '@coatcheck/store'

/** A memory store that remembers everything it was ever given to keep. */
export interface RecordingStore extends Store {
  /** Keys and values of every `put` and `swap`, in order. */
  readonly written: readonly { readonly key: string; readonly value: string }[]
}

export const createRecordingStore = (now: () => number): RecordingStore => {
  const store = createMemoryStore({ now })
  const written: { key: string; value: string }[] = []
  return {
    ...store,
    written,
    put: (key, entry) => {
      written.push({ key, value: entry.value })
      return store.put(key, entry)
    },
    swap: (key, version, entry) => {
      if (entry !== undefined) written.push({ key, value: entry.value })
      return store.swap(key, version, entry)
    },
  }
}
