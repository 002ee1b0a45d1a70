import { misconfigured } from '../options.ts'

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

/** Reads the option `scope`. */
export const readScope = (scope: string | readonly string[]): readonly string[] =>
  readWords(scope, 'scope')

/** True when the claim grants every value: whole words, case-sensitive (RFC 6749, section 3.3). */
export const coversScope = (scope: unknown, needed: readonly string[]): boolean => {
  const granted = typeof scope === 'string' ? scope.split(' ') : []
  return needed.every((value) => granted.includes(value))
}
