import type { AuthError } from '../errors.ts'
import type { Kit } from '../kit.ts'
import { createEventReader, type OnEvent } from './create-event-reader.ts'
import { firstPauseMs, longestPauseMs, silenceMs } from './defaults.ts'

const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
    signal?.addEventListener('abort', () => resolve())
    if (signal?.aborted) resolve()
  })

/**
 * Keeps a stream open until it is not wanted any more. What goes wrong is met with pauses, longer
 * each time, and told to nobody: pages without the stream live as they would without this function.
 */
export const followStream = async (
  kit: Kit,
  signal: AbortSignal,
  onEvent: OnEvent,
): Promise<void> => {
  let pauseMs = firstPauseMs
  /** Reads one stream to its end; so long a silence is an end as well. */
  const readStream = async (): Promise<void> => {
    const { body } = await kit.open('live', '/events', signal)
    const texts = (body as NonNullable<typeof body>).pipeThrough(new TextDecoderStream())
    const reader = texts.getReader()
    const read = createEventReader(onEvent)
    for (let pieces = 0; ; ) {
      const next = await Promise.race([reader.read(), pause(silenceMs)])
      if (!next?.value) return reader.cancel()
      // The first comes at once. One more, and the stream is worth trying again soon.
      if (pieces++) pauseMs = firstPauseMs
      read(next.value)
    }
  }
  while (!signal.aborted) {
    // This tab knows by now that the session is over, the others may not.
    const onError = ({ retry }: AuthError) => retry === 'login' && onEvent('ended', 0)
    await readStream().catch(onError)
    await pause(pauseMs * (1 + kit.random() / 2), signal)
    if (pauseMs < longestPauseMs) pauseMs *= 2
  }
}
