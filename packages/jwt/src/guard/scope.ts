import * as defaults from '../defaults.ts'
import { misconfigured, readStrings } from '../options.ts'
import type { JwtClaims } from '../token/claims.ts'
import { valueAt } from './value-at.ts'

/** One scope value (RFC 6749, section 3.3); nothing in it could break out of a challenge. */
const word = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Reads an option that lists such values, in one text or as a list. */
export const readWords = (value: string | readonly string[], name: string): readonly string[] => {
  const words: readonly unknown[] = typeof value === 'string' ? value.split(' ') : value
  const isWellFormed =
    Array.isArray(words) &&
    words.length > 0 &&
    words.every((each) => typeof each === 'string' && word.test(each))
  if (isWellFormed) return [...new Set(words as readonly string[])]
  throw misconfigured(`${name} must be values with single spaces between, or a list of them.`)
}

/** Where the scope of a token stands; the same for `authenticate` and `authorize`. */
export interface ScopeClaimOptions {
  /**
   * Claim that holds the scope: the claim's exact name, or the path to it as a list. Its value may
   * be one text with spaces between, or a list of texts. Default `'scope'` (RFC 8693, section 4.2);
   * Entra and Okta send `'scp'`.
   */
  readonly scopeClaim?: string | readonly string[]
}

/** What {@link readScope} makes of the options. */
export interface NeededScope {
  readonly values: readonly string[]
  /** True when the claims grant every value. */
  readonly isCovered: (claims: JwtClaims) => boolean
}

const grantedBy = (scope: unknown): readonly unknown[] => {
  if (typeof scope === 'string') return scope.split(' ')
  return Array.isArray(scope) ? scope : []
}

/** Whole words, case-sensitive (RFC 6749, section 3.3). */
const readCover = (
  needed: readonly string[],
  claim: string | readonly string[],
): NeededScope['isCovered'] => {
  const path = readStrings(claim, 'scopeClaim', defaults.maximumIdentifierLength)
  return (claims) => {
    const granted = grantedBy(valueAt(claims, path))
    return needed.every((value) => granted.includes(value))
  }
}

/** Reads the options `scope` and `scopeClaim`. @throws JwtError `configuration_invalid` */
export const readScope = ({
  scope,
  scopeClaim,
}: ScopeClaimOptions & {
  readonly scope?: string | readonly string[]
}): NeededScope | undefined => {
  if (scope !== undefined) {
    const values = readWords(scope, 'scope')
    return { values, isCovered: readCover(values, scopeClaim ?? defaults.scopeClaim) }
  }
  if (scopeClaim === undefined) return undefined
  throw misconfigured('scopeClaim says where the scope is, but no scope is asked for.')
}
