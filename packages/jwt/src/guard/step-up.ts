import * as defaults from '../defaults.ts'
import { misconfigured, readFunction, readNumber, requireKnownOptions } from '../options.ts'
import type { JwtClaims } from '../token/claims.ts'
import { readWords } from './scope.ts'

/** How recently and how strongly the user must have logged in (RFC 9470). */
export interface StepUpOptions {
  /**
   * Authentication contexts, the best first; the token's `acr` must be one of them. One text with
   * single spaces between, or a list.
   */
  readonly acrValues?: string | readonly string[]
  /** Longest time since `auth_time`, in seconds; 0 wants a login made for this very request. */
  readonly maxAgeSeconds?: number
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** What {@link readStepUp} makes of the option. */
export interface StepUp {
  /** Space-separated, for the challenge. */
  readonly acrValues: string | undefined
  readonly maxAgeSeconds: number | undefined
  readonly isMet: (claims: JwtClaims) => boolean
}

/** An instant after now is no login that has been. */
const isRecent = (authTime: unknown, nowSeconds: number, maxAgeSeconds: number): boolean =>
  typeof authTime === 'number' &&
  authTime <= nowSeconds + defaults.leewaySeconds &&
  authTime + maxAgeSeconds + defaults.leewaySeconds >= nowSeconds

/** Reads the option `stepUp`. @throws JwtError `configuration_invalid` */
export const readStepUp = (options: StepUpOptions | undefined): StepUp | undefined => {
  if (options === undefined) return undefined
  requireKnownOptions(options, ['acrValues', 'maxAgeSeconds', 'now'], 'stepUp')
  if (options.acrValues === undefined && options.maxAgeSeconds === undefined) {
    throw misconfigured('stepUp needs acrValues or maxAgeSeconds: without any it asks for nothing.')
  }
  const now = readFunction(options.now, Date.now, 'stepUp.now')
  const accepted =
    options.acrValues === undefined ? undefined : readWords(options.acrValues, 'stepUp.acrValues')
  const range = {
    name: 'stepUp.maxAgeSeconds',
    from: 0,
    to: defaults.maximumLifetimeCeilingSeconds,
  }
  const maxAgeSeconds =
    options.maxAgeSeconds === undefined ? undefined : readNumber(options.maxAgeSeconds, 0, range)
  return {
    acrValues: accepted?.join(' '),
    maxAgeSeconds,
    isMet: ({ acr, auth_time }) =>
      (accepted === undefined || (typeof acr === 'string' && accepted.includes(acr))) &&
      (maxAgeSeconds === undefined || isRecent(auth_time, now() / 1000, maxAgeSeconds)),
  }
}
