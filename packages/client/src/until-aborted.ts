/** Waits for shared work; a caller who gives up leaves the work to the others. */
export const untilAborted = <Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> =>
  signal
    ? new Promise((resolve, reject) => {
        const stop = (): void => reject(signal.reason)
        if (signal.aborted) stop()
        signal.addEventListener('abort', stop)
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
      })
    : work
