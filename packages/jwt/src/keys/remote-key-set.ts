import { JwtError } from '../errors.ts'
import { fetchKeySet } from './fetch-key-set.ts'
import type { Jwk } from './jwk.ts'
import type { KeySource } from './key-source.ts'
import { createPauses } from './pauses.ts'
import type { RemoteKeySetOptions } from './remote-key-set-options.ts'
import { resolveRemoteKeySet } from './remote-key-set-options.ts'

/** Keys that an issuer publishes at a URL; made by {@link createRemoteKeySet}. */
export interface RemoteKeySet extends KeySource {
  /**
   * The key of that name, from memory where possible.
   *
   * @throws JwtError `keys_unavailable` when neither the key server nor memory can tell
   */
  find(kid: string): Promise<Jwk | undefined>
  /** The key of that name while memory may answer without asking the key server. */
  findHeld(kid: string): Jwk | undefined
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
  const { request, now, cacheMs, cooldownMs, maximumAgeMs } = resolveRemoteKeySet(url, options)
  const pauses = createPauses(now, cooldownMs)
  let held: Held | undefined
  let inFlight: Promise<void> | undefined
  let failure = 'no keys were fetched yet'

  const isYounger = (limitMs: number): boolean => {
    // A clock that was set back must not make keys live longer.
    const age = held === undefined ? Number.POSITIVE_INFINITY : now() - held.fetchedAt
    return age >= 0 && age < limitMs
  }

  const settle = async (): Promise<void> => {
    const answer = await fetchKeySet(request)
    if (answer.ok) {
      held = { keys: toMap(answer.keys), fetchedAt: now() }
      return pauses.succeeded()
    }
    failure = answer.reason
    pauses.failed()
  }

  const refetch = (): Promise<void> => {
    inFlight ??= settle().finally(() => {
      inFlight = undefined
    })
    return inFlight
  }

  const isFetchDue = (isKnown: boolean): boolean => {
    const isFresh = isYounger(cacheMs)
    if (isKnown && isFresh) return false
    if (inFlight !== undefined) return true
    if (pauses.isFailing()) return pauses.isRetryDue()
    return !isFresh || pauses.takeMiss()
  }

  const answerFromMemory = (kid: string): Jwk | undefined => {
    const isUsable = isYounger(maximumAgeMs)
    const key = isUsable ? held?.keys.get(kid) : undefined
    // While the key server is down nobody can tell an invented name from a new key.
    if (key !== undefined || (isUsable && !pauses.isFailing())) return key
    throw new JwtError('keys_unavailable', `The keys are unavailable: ${failure}.`, {
      retryAfterSeconds: pauses.retryAfterSeconds(),
    })
  }

  return {
    findHeld: (kid) => (isYounger(cacheMs) ? held?.keys.get(kid) : undefined),
    find: async (kid) => {
      const isKnown = held?.keys.has(kid) === true
      if (isFetchDue(isKnown)) {
        const fetching = refetch()
        // In an outage known keys serve at once; only what memory cannot answer waits.
        if (!isKnown || !pauses.isFailing() || !isYounger(maximumAgeMs)) await fetching
      }
      return answerFromMemory(kid)
    },
  }
}
