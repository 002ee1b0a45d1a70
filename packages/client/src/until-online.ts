import type { Context, Era } from './context.ts'

/**
 * Waits while the browser says it is offline, up to the client's limit: it is believed for so long
 * and no longer. What happens afterwards is the request's to find out.
 */
export const untilOnline = (context: Context, era: Era): Promise<void> | undefined =>
  globalThis.navigator?.onLine === false
    ? new Promise((resolve) => {
        const limit = AbortSignal.timeout(context.offlineWaitSeconds * 1000)
        for (const signal of [limit, era.controller.signal]) {
          signal.addEventListener('abort', () => resolve())
        }
        addEventListener('online', () => resolve(), { once: true, signal: limit })
      })
    : undefined
