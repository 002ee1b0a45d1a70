import { StoreError } from '../errors.ts'
import type { RedisDriver } from './driver.ts'
import { toStoreError } from './fault.ts'

/**
 * Gives up on what takes longer than `timeoutMs`, tells so, and leaves the rest of its life
 * unheard. Rejects with `StoreError` only.
 */
export const withDeadline = <T>(
  work: Promise<T>,
  timeoutMs: number,
  onLate: () => void = () => undefined,
): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      onLate()
      const message = `Redis did not answer within ${timeoutMs} ms.`
      reject(new StoreError('store_unavailable', message))
    }, timeoutMs)
    work.then(
      (reply) => {
        clearTimeout(timer)
        resolve(reply)
      },
      (fault: unknown) => {
        clearTimeout(timer)
        reject(toStoreError(fault))
      },
    )
  })

/**
 * Lets commands pass while the client is connected. While it is not, nothing is handed to the
 * client, whose queue would carry it out after the caller was told of a failure. The first to come
 * during an outage wait up to `timeoutMs` for its end; later ones are turned away at once.
 */
export const createGate = (
  driver: RedisDriver,
  timeoutMs: number,
): (() => Promise<void> | undefined) => {
  let reopening: Promise<void> | undefined

  const waitForReady = () => {
    const ready = new Promise<void>((resolve) => {
      driver.onceReady(() => {
        reopening = undefined
        resolve()
      })
    })
    return withDeadline(ready, timeoutMs).catch(() => {
      throw new StoreError('store_unavailable', 'Redis is not connected.')
    })
  }

  return () => {
    const readiness = driver.readiness()
    if (readiness === 'ready') return undefined
    if (readiness === 'closed') {
      throw new StoreError('store_unavailable', 'The Redis client is closed; connect it first.')
    }
    reopening ??= waitForReady()
    return reopening
  }
}
