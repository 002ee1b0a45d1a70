import { setImmediate as nextTurn } from 'node:timers/promises'
import { vi } from 'vitest'

/** The browser's locks, of which Node 20 has none: one holder for a name, the others in a queue. */
const installLocks = (): void => {
  const last = new Map<string, Promise<unknown>>()
  const request = async (
    name: string,
    { signal }: { readonly signal: AbortSignal },
    work: () => Promise<unknown>,
  ): Promise<unknown> => {
    const before = last.get(name)
    const mine = (async () => {
      await before?.catch(() => {})
      signal.throwIfAborted()
      return work()
    })()
    last.set(name, mine)
    return mine
  }
  Object.assign(navigator, { locks: { request } })
}

/** One event stream that a page opened. */
export interface OpenStream {
  readonly signal: AbortSignal
  readonly isOpen: () => boolean
  readonly send: (text: string) => Promise<void>
  /** Ends it as a BFF does that shuts down. */
  readonly end: () => Promise<void>
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 40; turn++) await nextTurn()
}

/** What a test sees and moves of the event streams. */
export interface Events {
  readonly streams: OpenStream[]
  /** Set to refuse whoever asks for a stream. */
  refuse: (() => Response) | undefined
  /** Streams that have been asked for, refused ones included. */
  asked: number
  readonly open: () => readonly OpenStream[]
  readonly turns: () => Promise<void>
  readonly fetch: typeof fetch
}

/** A BFF whose event streams the test holds; every other request goes on as it was. */
export const createEvents = (): Events => {
  const streams: OpenStream[] = []
  const real = globalThis.fetch
  const events: Events = {
    streams,
    refuse: undefined,
    asked: 0,
    open: () => streams.filter((stream) => stream.isOpen()),
    turns,
    fetch: async (input, init) => {
      if (!`${input}`.endsWith('/bff/events')) return real(input, init)
      events.asked++
      if (events.refuse) return events.refuse()
      const signal = init?.signal as AbortSignal
      let isOpen = true
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          const close = (how: () => void) => {
            if (isOpen) how()
            isOpen = false
          }
          signal.addEventListener('abort', () => close(() => controller.error(signal.reason)))
          const send = (text: string) => controller.enqueue(new TextEncoder().encode(text))
          send(':\n\n')
          streams.push({
            signal,
            isOpen: () => isOpen,
            send: async (text) => {
              send(text)
              await turns()
            },
            end: async () => {
              close(() => controller.close())
              await turns()
            },
          })
        },
        cancel: () => {
          isOpen = false
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
  }
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] })
  installLocks()
  return events
}
