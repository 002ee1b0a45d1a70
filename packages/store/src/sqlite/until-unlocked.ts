import { Locked, unlessLocked } from './locked.ts'
import { pauseAfter } from './pause-after.ts'

interface Patience {
  /** How long to try, in milliseconds. */
  readonly timeoutMs: number
  /** Numbers from 0 to 1, so that processes do not try again in step. Default `Math.random`. */
  readonly random?: () => number
  /** Clock that is never set back, milliseconds. Default `performance.now`. */
  readonly monotonicNow?: () => number
}

/** Nothing wakes the process meanwhile. */
const standStill = (milliseconds: number) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/**
 * Runs a step, again and again while somebody else has the database locked; the process stands
 * still meanwhile. Throws `Locked` when its patience is at an end.
 *
 * The driver's own patience is no help here: of two connections that bring a new file into
 * write-ahead mode at the same time SQLite refuses one at once, or both, for waiting they would
 * block each other.
 */
export const untilUnlocked = <T>(step: () => T, patience: Patience): T => {
  const {
    timeoutMs,
    random = Math.random,
    monotonicNow = performance.now.bind(performance),
  } = patience
  const until = monotonicNow() + timeoutMs
  for (let refusals = 0; ; refusals += 1) {
    try {
      return unlessLocked(step)
    } catch (error) {
      const leftMs = until - monotonicNow()
      if (!(error instanceof Locked) || leftMs <= 0) throw error
      standStill(Math.min(leftMs, pauseAfter(refusals, random)))
    }
  }
}
