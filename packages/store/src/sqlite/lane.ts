import { longestTimerMs, turnMs } from '../defaults.ts'
import { Locked } from './locked.ts'
import { pauseAfter } from './pause-after.ts'

interface LaneOptions {
  /** How long work waits for a locked database, in milliseconds. */
  readonly timeoutMs: number
  /** Numbers from 0 to 1, so that processes do not try again in step. Default `Math.random`. */
  readonly random?: () => number
  /** Clock that is never set back, milliseconds. Default `performance.now`. */
  readonly monotonicNow?: () => number
}

/** Work on the database, one piece after the other in the order it came. */
export interface Lane {
  /**
   * Does the work now if nothing is waiting and the database is not locked; otherwise again and
   * again after pauses in which the process goes on. Rejects with {@link Locked} at the timeout,
   * and the work is then never done.
   */
  readonly run: <T>(work: () => T) => Promise<T>
  /** Tries everything that waits a last time and rejects the rest with `reason`. */
  readonly close: (reason: Error) => void
}

interface Waiting {
  /** Settles it, unless the database is locked. */
  readonly attempt: () => 'settled' | 'locked'
  readonly refuse: (reason: Error) => void
}

/**
 * A queue in front of a driver that does not wait for locks itself: while it waits, so does every
 * timer and request of the process. Work is refused at the first lock it meets or not at all, so
 * one refusal speaks for all that wait behind.
 */
export const createLane = (options: LaneOptions): Lane => {
  const {
    timeoutMs,
    random = Math.random,
    monotonicNow = performance.now.bind(performance),
  } = options
  const queue = new Set<Waiting>()
  let lastRefusal = new Locked(undefined)
  let refusals = 0
  let resumption: 'none' | 'scheduled' = 'none'

  const attempt = <T>(work: () => T, settle: (value: T) => void): 'settled' | 'locked' => {
    try {
      settle(work())
      refusals = 0
      return 'settled'
    } catch (error) {
      if (!(error instanceof Locked)) throw error
      lastRefusal = error
      return 'locked'
    }
  }

  const pause = () => {
    if (resumption === 'scheduled') return
    resumption = 'scheduled'
    setTimeout(resume, pauseAfter(refusals, random))
    refusals += 1
  }

  const resume = () => {
    resumption = 'none'
    const until = monotonicNow() + turnMs
    for (const waiting of queue) {
      if (waiting.attempt() === 'locked') return pause()
      if (monotonicNow() < until) continue
      // What has piled up is worked off in turns with everything else the process has to do.
      resumption = 'scheduled'
      setImmediate(resume)
      return
    }
  }

  const enqueue = <T>(work: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(patience)
        queue.delete(waiting)
      }
      const refuse = (reason: unknown) => {
        leave()
        reject(reason)
      }
      const waiting: Waiting = {
        attempt: () => {
          try {
            if (attempt(work, resolve) === 'locked') return 'locked'
            leave()
          } catch (error) {
            refuse(error)
          }
          return 'settled'
        },
        refuse,
      }
      const patience = setTimeout(() => refuse(lastRefusal), Math.min(timeoutMs, longestTimerMs))
      queue.add(waiting)
      pause()
    })

  return {
    run: async (work) => {
      if (queue.size > 0) return enqueue(work)
      refusals = 0
      try {
        return work()
      } catch (error) {
        if (!(error instanceof Locked)) throw error
        lastRefusal = error
        return enqueue(work)
      }
    },
    close: (reason) => {
      for (const waiting of queue) if (waiting.attempt() === 'locked') break
      for (const waiting of queue) waiting.refuse(reason)
    },
  }
}
