import type { AuthClientOptions } from './options.ts'

/** What the client uses of the platform where a token passes or time matters. */
export interface Platform {
  readonly fetch: typeof globalThis.fetch
  readonly Request: typeof globalThis.Request
  readonly URL: typeof globalThis.URL
  readonly readText: (response: Response) => Promise<string>
  readonly parse: (text: string) => unknown
  readonly stringify: (value: unknown) => string
  /** base64url of the SHA-256; `undefined` on pages that are not secure contexts. */
  readonly fingerprint: (text: string) => Promise<string | undefined>
  readonly encodeUri: (text: string) => string
  readonly now: () => number
  readonly random: () => number
  /** Starts to measure; the result tells the milliseconds passed since. */
  readonly startAge: () => () => number
}

const toBase64Url = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .slice(0, -1)

/**
 * Takes every function a token passes through as it is now, bound, so that a script that replaces
 * `window.fetch` or a prototype's method afterwards never sees a token.
 */
export const capturePlatform = ({
  fetch = globalThis.fetch,
  now = Date.now,
  monotonicNow = performance.now.bind(performance),
  random = Math.random,
}: Omit<AuthClientOptions, 'claims'>): Platform => {
  const { Request, URL } = globalThis
  const { subtle } = crypto
  const digest = subtle?.digest.bind(subtle)
  const encoder = new TextEncoder()
  const encode = encoder.encode.bind(encoder)
  return {
    fetch: fetch.bind(globalThis),
    Request,
    URL,
    // `call` bound to the method: no later look-up of `text` or `call` takes place.
    readText: Function.prototype.call.bind(Response.prototype.text),
    parse: JSON.parse,
    stringify: JSON.stringify,
    fingerprint: async (text) => digest && toBase64Url(await digest('SHA-256', encode(text))),
    encodeUri: encodeURI,
    now,
    random,
    startAge: () => {
      const startedAt = now()
      const startedMonotonic = monotonicNow()
      // A monotonic clock stands still in suspend; a wall clock set back makes nothing younger.
      return () => Math.max(now() - startedAt, monotonicNow() - startedMonotonic)
    },
  }
}
