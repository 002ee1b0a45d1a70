import { setImmediate as nextTurn } from 'node:timers/promises'
import { Window } from 'happy-dom'
import { vi } from 'vitest'

/** Where the app of the tests lives. */
export const appOrigin = 'http://localhost:4000'

/** What a test sees and moves of the page its clients run in. */
export interface Page {
  readonly window: Window
  /** Where the app navigated to. */
  readonly navigations: string[]
  /** Errors that listeners threw. */
  readonly reported: unknown[]
  /** Wall clock and monotonic clock, to be passed to the client. */
  readonly clock: { wall: number; monotonic: number }
  readonly clocks: { readonly now: () => number; readonly monotonicNow: () => number }
  /** What the browser says about the network; going online is an event as well. */
  readonly setOnline: (online: 'online' | 'offline') => void
  readonly setVisibility: (visibility: 'visible' | 'hidden') => void
  /** Fires an event at the window. */
  readonly fire: (type: string, members?: object) => void
  /** Lets time pass on both clocks, and runs the timers due meanwhile. */
  readonly pass: (milliseconds: number) => Promise<void>
  /** Lets what is ready go on, requests that wait for the test left alone. */
  readonly turns: () => Promise<void>
  /** Waits until no request is under way and nothing is left to be told. */
  readonly idle: () => Promise<void>
}

const trackFetch = () => {
  const underWay = new Set<Promise<unknown>>()
  const fetch = globalThis.fetch
  const tracked: typeof fetch = (input, init) => {
    const answer = fetch(input, init)
    underWay.add(answer)
    const done = () => underWay.delete(answer)
    answer.then(done, done)
    return answer
  }
  const idle = async (): Promise<void> => {
    for (let turns = 0; turns < 25; turns++) {
      if (underWay.size > 0) turns = 0
      await nextTurn()
    }
  }
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 25; turn++) await nextTurn()
  }
  return { tracked, idle, turns }
}

/** Node has no page, and so no address that a relative URL would be relative to. */
const relativeTo = (base: string): typeof Request => {
  const Native = Request
  const NativeUrl = URL
  return class extends Native {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(input instanceof Native ? input : new NativeUrl(input, base), init)
    }

    static override [Symbol.hasInstance](value: unknown): boolean {
      return value instanceof Native
    }
  }
}

/**
 * Opens a page: the window of happy-dom with Node's own fetch, which MSW sees. Everything is put
 * in place of the globals, where clients created afterwards find it.
 */
export const openPage = (path = '/'): Page => {
  const window = new Window({ url: appOrigin + path })
  const navigations: string[] = []
  const reported: unknown[] = []
  const clock = { wall: 1_800_000_000_000, monotonic: 5000 }
  const { tracked, idle, turns } = trackFetch()
  let visibility = 'visible'
  const navigator = { onLine: true }
  Object.defineProperty(window.document, 'visibilityState', { get: () => visibility })
  Object.defineProperty(window.document, 'hidden', { get: () => visibility === 'hidden' })
  const location = new Proxy(window.location, {
    get: (target, name) =>
      name === 'assign'
        ? (address: string) => navigations.push(`${address}`)
        : Reflect.get(target, name),
  })
  vi.stubGlobal('window', window)
  vi.stubGlobal('document', window.document)
  vi.stubGlobal('location', location)
  vi.stubGlobal('navigator', navigator)
  vi.stubGlobal('history', window.history)
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
  vi.stubGlobal('fetch', tracked)
  vi.stubGlobal('Request', relativeTo(window.document.baseURI))
  const fire = (type: string, members: object = {}): void => {
    window.dispatchEvent(Object.assign(new window.Event(type), members))
  }
  return {
    window,
    navigations,
    reported,
    clock,
    clocks: { now: () => clock.wall, monotonicNow: () => clock.monotonic },
    setOnline: (next) => {
      navigator.onLine = next === 'online'
      fire(next)
    },
    setVisibility: (next) => {
      visibility = next
      fire('visibilitychange')
    },
    fire,
    pass: async (milliseconds) => {
      for (let left = milliseconds; left > 0; left -= 1000) {
        const step = Math.min(left, 1000)
        clock.wall += step
        clock.monotonic += step
        vi.advanceTimersByTime(step)
        await idle()
      }
    },
    turns,
    idle,
  }
}
