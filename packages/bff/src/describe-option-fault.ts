import leven from 'leven'
import type * as z from 'zod'
import { optionNames } from './options-schema.ts'

const kinds: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
}

/** Says what is wanted; a value is never repeated, since it may be a secret. */
export const sayWhatIsWanted = (issue: z.core.$ZodRawIssue): string | undefined => {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = kinds[issue.expected] ?? issue.expected
      return issue.input === undefined ? `is missing; give ${wanted}` : `must be ${wanted}`
    }
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
    case 'invalid_key':
      return 'is no name for a resource; use letters, digits, _ and -, at most 64'
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be above ${issue.minimum}`
    default:
      return undefined
  }
}

/** A name that contains the other is nearer than any misspelling. */
const distance = (key: string, name: string): number => {
  const [a, b] = [key.toLowerCase(), name.toLowerCase()]
  return a.includes(b) || b.includes(a) ? 0 : leven(a, b)
}

const nearest = (key: string, names: readonly string[]): string | undefined =>
  [...names].sort((a, b) => distance(key, a) - distance(key, b))[0]

/** One line for each option at fault: its name, then how to mend it. */
export const describeOptionFault = (issue: z.core.$ZodIssue): readonly string[] => {
  const at = issue.path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys') return [`${at || 'options'}: ${issue.message}`]
  const names = optionNames(issue.path)
  return issue.keys.map((key) => {
    const path = at === '' ? key : `${at}.${key}`
    return `${path}: is no option; did you mean ${nearest(key, names)}?`
  })
}
