import type { Store } from '@coatcheck/store'
import { retryAfterSeconds } from '../defaults.ts'
import { JwtError } from '../errors.ts'

/** What refresh tokens need of a store. */
export type RecordStore = Pick<Store, 'get' | 'put' | 'swap'>

const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work()
  } catch (cause) {
    const error = new JwtError('store_unavailable', 'The store is unavailable.', {
      retryAfterSeconds,
    })
    error.cause = cause
    throw error
  }
}

/** A store whose every failure is a `JwtError` `store_unavailable`, with the store's own as cause. */
export const guardStore = (store: Store): RecordStore => ({
  get: (key) => attempt(() => store.get(key)),
  put: (key, next) => attempt(() => store.put(key, next)),
  swap: (key, version, next) => attempt(() => store.swap(key, version, next)),
})
