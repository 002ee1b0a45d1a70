import { defaults } from '../defaults.ts'
import { isStoreOutage } from '../errors.ts'
import { pause } from './pause.ts'

const { pause: pauseMs, limit: limitMs } = defaults.storeRetryMs

/**
 * Repeats a write that the store was too unwell to take, where giving up on it would cost more than
 * an answer: the new refresh token of a session, or the revocation of one that ended. The write must
 * be one that may be repeated.
 *
 * @throws StoreError when the store has not recovered by the last attempt
 */
export const untilStored = async <T>(write: () => Promise<T>): Promise<T> => {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += pauseMs) {
    try {
      return await write()
    } catch (failure) {
      if (!isStoreOutage(failure)) throw failure
    }
    await pause(pauseMs)
  }
  return write()
}
