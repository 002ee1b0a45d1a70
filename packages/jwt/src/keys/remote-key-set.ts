import * as defaults from '../defaults.ts'
import { JwtError } from '../errors.ts'
import { misconfigured, readFunction, readNumber, requireKnownOptions } from '../options.ts'
import { fetchKeySet } from './fetch-key-set.ts'
import type { Jwk } from './jwk.ts'
import type { KeySource } from './key-source.ts'

/** Options of {@link createRemoteKeySet}. */
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
   * (6 hours). Afterwards every token is refused with `keys_unavailable`.
   */
  readonly maximumAgeSeconds?: number
}

/** Keys that an issuer publishes at a URL; made by {@link createRemoteKeySet}. */
export interface RemoteKeySet extends KeySource {
  /**
   * The key of that name, from memory where possible.
   *
   * @throws JwtError `keys_unavailable` when neither the key server nor memory can tell
   */
  find(kid: string): Promise<Jwk | undefined>
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

const resolveOptions = (url: string | URL, options: RemoteKeySetOptions) => {
  requireKnownOptions(options, optionNames, 'createRemoteKeySet')
  const seconds = (name: 'cooldownSeconds' | 'cacheSeconds' | 'maximumAgeSeconds', or: number) =>
    readNumber(options[name], or, { name, from: 1, to: 31_622_400 }) * 1000
  const cacheMs = seconds('cacheSeconds', defaults.keyCacheSeconds)
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
    cacheMs,
    cooldownMs: seconds('cooldownSeconds', defaults.keyCooldownSeconds),
    maximumAgeMs: seconds(
      'maximumAgeSeconds',
      Math.max(defaults.keyMaximumAgeSeconds, cacheMs / 1000),
    ),
  }
}

/** Keys with the instant they arrived. */
interface Held {
  readonly keys: ReadonlyMap<string, Jwk>
  readonly fetchedAt: number
}

const toMap = (keys: readonly Jwk[]): ReadonlyMap<string, Jwk> =>
  new Map(keys.flatMap((key): [string, Jwk][] => (key.kid === undefined ? [] : [[key.kid, key]])))

/**
 * Keys that an issuer publishes at a fixed URL (RFC 7517, section 5). They are fetched when first
 * needed, by one request that all callers share, and again when they are older than `cacheSeconds`
 * or when a token names an unknown key (OpenID Connect Core, section 10.1.1), the latter at most
 * once in `cooldownSeconds`. While the key server is down the last keys serve until
 * `maximumAgeSeconds`; then verification fails closed with `keys_unavailable`.
 *
 * Redirects are not followed, no cookies are sent, and an answer that is no proper key set changes
 * nothing.
 *
 * @throws JwtError `configuration_invalid` when the URL or an option is wrong
 */
export const createRemoteKeySet = (
  url: string | URL,
  options: RemoteKeySetOptions = {},
): RemoteKeySet => {
  const { request, now, cacheMs, cooldownMs, maximumAgeMs } = resolveOptions(url, options)
  let held: Held | undefined
  let inFlight: Promise<void> | undefined
  let failures = 0
  let failure = 'no keys were fetched yet'
  let retryAt = Number.NEGATIVE_INFINITY
  let missAllowedAt = Number.NEGATIVE_INFINITY

  const isYounger = (limitMs: number): boolean => {
    // A clock that was set back must not make keys live longer.
    const age = held === undefined ? Number.POSITIVE_INFINITY : now() - held.fetchedAt
    return age >= 0 && age < limitMs
  }

  const settle = async (): Promise<void> => {
    const answer = await fetchKeySet(request)
    if (answer.ok) {
      held = { keys: toMap(answer.keys), fetchedAt: now() }
      failures = 0
      return
    }
    failure = answer.reason
    failures += 1
    retryAt = now() + Math.min(cooldownMs, 1000 * 2 ** Math.min(failures - 1, 16))
  }

  const refetch = (): Promise<void> => {
    inFlight ??= settle().finally(() => {
      inFlight = undefined
    })
    return inFlight
  }

  /** No pause is longer than the cool-down, so a clock that was set back cannot prolong one. */
  const isOver = (pauseUntil: number): boolean =>
    now() >= pauseUntil || pauseUntil - now() > cooldownMs

  const unavailable = (): JwtError =>
    new JwtError('keys_unavailable', `The keys are unavailable: ${failure}.`, {
      retryAfterSeconds: Math.max(1, Math.ceil((retryAt - now()) / 1000)),
    })

  const answer = (kid: string): Jwk | undefined => {
    if (!isYounger(maximumAgeMs)) throw unavailable()
    const key = held?.keys.get(kid)
    // While the key server is down nobody can tell an invented name from a new key.
    if (key === undefined && failures > 0) throw unavailable()
    return key
  }

  /** Whether to ask the key server for a `kid` that memory does or does not know. */
  const isFetchDue = (isKnown: boolean): boolean => {
    const isFresh = isYounger(cacheMs)
    if (isKnown && isFresh) return false
    if (inFlight !== undefined) return true
    if (failures > 0) return isOver(retryAt)
    if (!isFresh) return true
    if (!isOver(missAllowedAt)) return false
    missAllowedAt = now() + cooldownMs
    return true
  }

  return {
    find: async (kid) => {
      const isKnown = held?.keys.has(kid) === true
      if (!isFetchDue(isKnown)) return answer(kid)
      const fetching = refetch()
      // In an outage known keys serve at once; only what memory cannot answer waits.
      if (!isKnown || failures === 0 || !isYounger(maximumAgeMs)) await fetching
      return answer(kid)
    },
  }
}
