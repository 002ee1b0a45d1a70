import { JwtError } from './errors.ts'

/** A configuration error that names the option at fault. */
export const misconfigured = (message: string): JwtError =>
  new JwtError('configuration_invalid', message)

const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const replace = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}

/** How unlike two names are; one that begins with the other is as good as the same. */
const unlikeness = (name: string, candidate: string): number => {
  const [left, right] = [name.toLowerCase(), candidate.toLowerCase()]
  return left.startsWith(right) || right.startsWith(left) ? 0 : distance(left, right)
}

const nearest = (name: string, known: readonly string[]): string =>
  known.reduce((best, candidate) =>
    unlikeness(name, candidate) < unlikeness(name, best) ? candidate : best,
  )

/**
 * Refuses what is not a plain options object, and option names that nobody reads: a misspelt
 * limit would otherwise be no limit.
 */
export const requireKnownOptions = (
  options: unknown,
  known: readonly string[],
  where: string,
): void => {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw misconfigured(`${where} takes one options object.`)
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    // A long name may be a value in the wrong place, and values are not repeated.
    const shown = name.length <= 40 ? `"${name}"` : 'of that name'
    throw misconfigured(
      `${where} has no option ${shown}. Did you mean "${nearest(name.slice(0, 40), known)}"?`,
    )
  }
}

/** Reads a number option within bounds, both ends included. */
export const readNumber = (
  value: number | undefined,
  fallback: number,
  range: { readonly name: string; readonly from: number; readonly to: number },
): number => {
  const number = value === undefined ? fallback : value
  if (typeof number === 'number' && number >= range.from && number <= range.to) return number
  throw misconfigured(`${range.name} must be a number from ${range.from} to ${range.to}.`)
}

/** Reads an option that must be a function when it is given. */
export const readFunction = <Given>(
  value: Given | undefined,
  fallback: Given,
  name: string,
): Given => {
  const chosen = value === undefined ? fallback : value
  if (typeof chosen === 'function') return chosen
  throw misconfigured(`${name} must be a function.`)
}

/** Reads an option that is one non-empty string or a non-empty list of them. */
export const readStrings = (
  value: string | readonly string[],
  name: string,
  maximumLength: number,
): readonly string[] => {
  const list: readonly unknown[] = Array.isArray(value) ? [...value] : [value]
  if (list.length === 0) throw misconfigured(`${name} must name at least one value.`)
  for (const entry of list) {
    if (typeof entry === 'string' && entry.trim() !== '' && entry.length <= maximumLength) continue
    throw misconfigured(`${name} must be a non-empty string, or a list of them.`)
  }
  return list as readonly string[]
}
