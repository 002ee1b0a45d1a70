import { defaults } from './defaults.ts'
import { isStoreOutage } from './errors.ts'

const { pause: pauseMs, limit: limitMs } = defaults.storeRetryMs

/** Keeps no process alive: a shutdown waits as long as it means to, and no longer. */
const rest = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, pauseMs).unref()
  })

/**
 * Repeats a write that the store was too unwell to take, where giving up on it would cost more than
 * an answer: the new refresh token of a session, or the revocation of one that ended. The write must
 * be one that may be repeated.
 *
 * @throws StoreError when the store has not recovered in time; what the attempts take counts
 */
export const untilStored = async <T>(write: () => Promise<T>): Promise<T> => {
  let isOver = false
  // A timer, as clocks can be set.
  const limit = setTimeout(() => {
    isOver = true
  }, limitMs)
  limit.unref()
  try {
    for (;;) {
      try {
        return await write()
      } catch (failure) {
        if (isOver || !isStoreOutage(failure)) throw failure
      }
      await rest()
    }
  } finally {
    clearTimeout(limit)
  }
}
