import { closestMatch } from 'leven'
import { DevIdpError } from './errors.ts'

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Refuses what is not an object and every key that is not known, by name and with the nearest known
 * one: a misspelt option that is ignored costs an afternoon.
 */
export const checkKeys = (where: string, value: unknown, known: readonly string[]): void => {
  if (!isObject(value)) {
    throw new DevIdpError('option_invalid', `${where} must be an object.`)
  }
  const unknownKey = Object.keys(value).find((key) => !known.includes(key))
  if (unknownKey === undefined) return
  const nearest = closestMatch(unknownKey, known)
  throw new DevIdpError(
    'option_unknown',
    `${where} has no option "${unknownKey}". Did you mean "${nearest}"?`,
  )
}
