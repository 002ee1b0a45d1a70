import type { Unsubscribe } from '@coatcheck/client'

/** How a request went so far. */
export type Outcome =
  | { readonly kind: 'pending' }
  | { readonly kind: 'answered'; readonly status: number; readonly durationMs: number }
  | { readonly kind: 'failed'; readonly durationMs: number }

/** One request of the page: what it was and how it went, never what it carried. */
export interface Entry {
  readonly id: number
  readonly party: 'BFF' | 'API'
  readonly method: string
  readonly path: string
  /** Milliseconds on a clock of the page's own. */
  readonly startedAt: number
  readonly outcome: Outcome
  /** Whether its answer put another access token into the page's memory. */
  readonly broughtToken: boolean
}

/** Sees every request the client sends. */
export interface Timeline {
  /** In the order they began. The same list until something changes. */
  readonly get: () => readonly Entry[]
  readonly subscribe: (listener: () => void) => Unsubscribe
  /** A `fetch` that writes down what it is asked and how long it took. */
  readonly recordFetch: (fetch: typeof globalThis.fetch) => typeof globalThis.fetch
  /** The last answer of the BFF brought a new access token. */
  readonly noteToken: () => void
  readonly clear: () => void
}

/** Options of {@link createTimeline}. */
export interface TimelineOptions {
  readonly apiOrigin: string
  /** Milliseconds on a clock that is never set back. Default `performance.now`. */
  readonly now?: () => number
}

/** More than anyone scrolls through; a page may stay open for days. */
const longestList = 100

const describe = (input: RequestInfo | URL, init: RequestInit | undefined) => {
  const request = input instanceof Request ? input : undefined
  const url = new URL(request?.url ?? String(input), location.href)
  return { url, method: (init?.method ?? request?.method ?? 'GET').toUpperCase() }
}

/** Begins with nothing. */
export const createTimeline = (options: TimelineOptions): Timeline => {
  const { apiOrigin, now = performance.now.bind(performance) } = options
  const listeners = new Set<() => void>()
  let entries: readonly Entry[] = []
  let lastId = 0
  let lastAnsweredByBff: number | undefined

  const set = (next: readonly Entry[]): void => {
    entries = next.slice(-longestList)
    for (const listener of listeners) listener()
  }
  const change = (id: number | undefined, changes: Partial<Entry>): void =>
    set(entries.map((entry) => (entry.id === id ? { ...entry, ...changes } : entry)))

  const begin = (method: string, url: URL): Entry => {
    lastId += 1
    const entry: Entry = {
      id: lastId,
      party: url.origin === apiOrigin ? 'API' : 'BFF',
      method,
      path: url.pathname,
      startedAt: now(),
      outcome: { kind: 'pending' },
      broughtToken: false,
    }
    set([...entries, entry])
    return entry
  }

  return {
    get: () => entries,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    recordFetch: (fetch) => async (input, init) => {
      // What passes here carries tokens: nothing but method, address, status and time is read.
      const { method, url } = describe(input, init)
      const { id, party, startedAt } = begin(method, url)
      try {
        const response = await fetch(input, init)
        const { status } = response
        change(id, { outcome: { kind: 'answered', status, durationMs: now() - startedAt } })
        if (party === 'BFF') lastAnsweredByBff = id
        return response
      } catch (error) {
        change(id, { outcome: { kind: 'failed', durationMs: now() - startedAt } })
        throw error
      }
    },
    noteToken: () => change(lastAnsweredByBff, { broughtToken: true }),
    clear: () => set([]),
  }
}
