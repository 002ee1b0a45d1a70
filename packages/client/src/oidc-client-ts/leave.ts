import { leaveMs, startLeavingMs } from './defaults.ts'

/**
 * Does what leads away from the page, and waits as long as the page is leaving, so that nobody who
 * renders by the outcome starts another navigation meanwhile. Settles when nothing leaves, when the
 * page comes back (Back), when leaving takes too long, and when the client is disposed of.
 */
export const leave = async (lifetime: AbortSignal, go: () => unknown): Promise<void> => {
  const over = new AbortController()
  const { signal } = over
  const stop = (): void => over.abort()
  let isLeaving = false
  const start = (): void => {
    isLeaving = true
  }
  addEventListener('beforeunload', start, { signal })
  addEventListener('pageshow', ({ persisted }) => persisted && stop(), { signal })
  lifetime.addEventListener('abort', stop, { signal })
  try {
    await go()
    setTimeout(() => isLeaving || stop(), startLeavingMs)
    setTimeout(stop, leaveMs)
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
  } finally {
    stop()
  }
}
