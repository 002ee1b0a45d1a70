/** Tells of a value whether it is what was expected. */
export interface Matcher {
  readonly name: string
  readonly fits: (value: unknown) => boolean
  /** Whether the member may be missing as well. */
  readonly isOptional?: true
}

/** What a body is compared with: every member that is not listed is one too many. */
export type Expected = Matcher | string | number | boolean | ExpectedBody | readonly Expected[]

export interface ExpectedBody {
  readonly [member: string]: Expected
}

export const text: Matcher = {
  name: 'a text',
  fits: (value) => typeof value === 'string' && value !== '',
}

export const count: Matcher = {
  name: 'a whole number',
  fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
}

export const sid: Matcher = {
  name: 'a sid',
  fits: (value) => typeof value === 'string' && /^[\w-]{22}$/.test(value),
}

export const address: Matcher = {
  name: 'an address',
  fits: (value) => typeof value === 'string' && /^https?:\/\//.test(value),
}

export const optional = ({ name, fits }: Matcher): Matcher => ({ name, fits, isOptional: true })

const isMatcher = (expected: Expected): expected is Matcher =>
  typeof expected === 'object' && 'fits' in expected && typeof expected.fits === 'function'

const compareMembers = (
  path: string,
  expected: ExpectedBody | readonly Expected[],
  actual: object,
): readonly string[] => {
  const names = new Set([...Object.keys(expected), ...Object.keys(actual)])
  return [...names].flatMap((name) => {
    const wanted = (expected as ExpectedBody)[name]
    const given = (actual as Readonly<Record<string, unknown>>)[name]
    const place = path === '' ? name : `${path}.${name}`
    if (wanted === undefined) return [`${place} is one too many`]
    return compare(place, wanted, given)
  })
}

/** What differs, one line each; the values are of tests and may be shown. */
export const compare = (path: string, expected: Expected, actual: unknown): readonly string[] => {
  const differs = (wanted: string) => [`${path}: ${JSON.stringify(actual)} is not ${wanted}`]
  if (isMatcher(expected)) {
    const isMissing = actual === undefined && expected.isOptional
    return isMissing || expected.fits(actual) ? [] : differs(expected.name)
  }
  if (typeof expected !== 'object') {
    return actual === expected ? [] : differs(JSON.stringify(expected))
  }
  if (typeof actual !== 'object' || actual === null) return differs('an object')
  return compareMembers(path, expected, actual)
}
