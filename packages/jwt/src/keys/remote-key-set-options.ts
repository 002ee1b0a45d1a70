import * as defaults from '../defaults.ts'
import { misconfigured, readFunction, readNumber, requireKnownOptions } from '../options.ts'
import type { KeySetRequest } from './fetch-key-set.ts'

/** Options of `createRemoteKeySet`. */
export interface RemoteKeySetOptions {
  /** Default `globalThis.fetch`. Called with the fixed URL only, and never told to follow. */
  readonly fetch?: typeof globalThis.fetch
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Longest wait for the whole answer, in milliseconds. Default 5000. */
  readonly timeoutMs?: number
  /** Largest answer that is read, in bytes. Default 262144. */
  readonly maximumBytes?: number
  /**
   * Pause, in seconds, between two re-fetches for a `kid` that is not in a fresh set; also the
   * longest pause after failures. Default 30. Shorter lets invented names load the key server.
   */
  readonly cooldownSeconds?: number
  /**
   * How long keys serve without asking again, in seconds. Default 600. A key that the issuer
   * withdraws works no longer than this while the key server can be reached.
   */
  readonly cacheSeconds?: number
  /**
   * How long the last keys serve while the key server cannot be reached, in seconds. Default 21600
   * (6 hours), or `cacheSeconds` where that is longer. Afterwards every token is refused with
   * `keys_unavailable`.
   */
  readonly maximumAgeSeconds?: number
}

/** {@link RemoteKeySetOptions}, read. */
export interface ResolvedRemoteKeySet {
  readonly request: KeySetRequest
  readonly now: () => number
  readonly cacheMs: number
  readonly cooldownMs: number
  readonly maximumAgeMs: number
}

const optionNames = [
  'fetch',
  'now',
  'timeoutMs',
  'maximumBytes',
  'cooldownSeconds',
  'cacheSeconds',
  'maximumAgeSeconds',
] as const

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** Only https, and http to this machine: whoever can change the answer can sign any token. */
const readUrl = (value: string | URL): string => {
  const url = URL.canParse(String(value)) ? new URL(value) : undefined
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname))
  if (url === undefined || !isSafe) {
    throw misconfigured('createRemoteKeySet needs an https URL (http only on localhost).')
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw misconfigured('The URL of createRemoteKeySet must hold no user, password or fragment.')
  }
  return url.href
}

/** Reads the arguments of `createRemoteKeySet`. @throws JwtError `configuration_invalid` */
export const resolveRemoteKeySet = (
  url: string | URL,
  options: RemoteKeySetOptions,
): ResolvedRemoteKeySet => {
  requireKnownOptions(options, optionNames, 'createRemoteKeySet')
  const milliseconds = (
    name: 'cooldownSeconds' | 'cacheSeconds' | 'maximumAgeSeconds',
    fallback: number,
  ) => readNumber(options[name], fallback, { name, from: 1, to: 31_622_400 }) * 1000
  const cacheMs = milliseconds('cacheSeconds', defaults.keyCacheSeconds)
  const longest = Math.max(defaults.keyMaximumAgeSeconds, cacheMs / 1000)
  const maximumAgeMs = milliseconds('maximumAgeSeconds', longest)
  return {
    request: {
      url: readUrl(url),
      fetch: readFunction(options.fetch, globalThis.fetch, 'fetch'),
      timeoutMs: readNumber(options.timeoutMs, defaults.keyTimeoutMs, {
        name: 'timeoutMs',
        from: 1,
        to: 60_000,
      }),
      maximumBytes: readNumber(options.maximumBytes, defaults.maximumKeySetBytes, {
        name: 'maximumBytes',
        from: 1,
        to: 16_777_216,
      }),
    },
    now: readFunction(options.now, Date.now, 'now'),
    // Past the maximum age nothing serves, so there is no use in not asking.
    cacheMs: Math.min(cacheMs, maximumAgeMs),
    cooldownMs: milliseconds('cooldownSeconds', defaults.keyCooldownSeconds),
    maximumAgeMs,
  }
}
