import { misconfigured } from '../options.ts'

/** One scope value (RFC 6749, section 3.3). */
const scopeValue = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Reads an option that lists scope values, in one text or as a list. */
export const readScope = (scope: string | readonly string[]): readonly string[] => {
  const values: readonly unknown[] = typeof scope === 'string' ? scope.split(' ') : scope
  const isWellFormed =
    Array.isArray(values) &&
    values.length > 0 &&
    values.every((value) => typeof value === 'string' && scopeValue.test(value))
  if (isWellFormed) return [...new Set(values as readonly string[])]
  throw misconfigured('scope must be scope values with single spaces between, or a list of them.')
}

/** True when the claim grants every value: whole words, case-sensitive (RFC 6749, section 3.3). */
export const coversScope = (scope: unknown, needed: readonly string[]): boolean => {
  const granted = typeof scope === 'string' ? scope.split(' ') : []
  return needed.every((value) => granted.includes(value))
}
