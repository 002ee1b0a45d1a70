import { StoreError } from '../errors.ts'
import type { RedisDriver } from './driver.ts'

/**
 * Gives up on what takes longer than `timeoutMs`, tells so, and leaves the rest of its life
 * unheard.
 */
export const withDeadline = async <T>(
  work: Promise<T>,
  timeoutMs: number,
  onLate: () => void = () => undefined,
): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onLate()
      const message = `Redis did not answer within ${timeoutMs} ms.`
      reject(new StoreError('store_unavailable', message))
    }, timeoutMs)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Lets commands pass while the client is connected. While it is not, nothing is handed to the
 * client, whose queue would carry it out after the caller was told of a failure. The first to come
 * during an outage wait up to `timeoutMs` for its end; later ones are turned away at once.
 */
export const createGate = (driver: RedisDriver, timeoutMs: number): (() => Promise<void>) => {
  let reopening: Promise<void> | undefined

  const waitForReady = () => {
    const ready = new Promise<void>((resolve) => {
      driver.onceReady(() => {
        reopening = undefined
        resolve()
      })
    })
    const waiting = withDeadline(ready, timeoutMs).catch(() => {
      throw new StoreError('store_unavailable', 'Redis is not connected.')
    })
    return waiting
  }

  return async () => {
    const readiness = driver.readiness()
    if (readiness === 'ready') return
    if (readiness === 'closed') {
      throw new StoreError('store_unavailable', 'The Redis client is closed; connect it first.')
    }
    reopening ??= waitForReady()
    await reopening
  }
}
