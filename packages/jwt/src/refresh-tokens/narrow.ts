import { maximumUriLength } from '../defaults.ts'

/** One scope value (RFC 6749, section 3.3). */
const scopeValue = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** Absent means none on issuing, and all that was granted on refreshing. */
export type Values = string | readonly string[] | undefined

const readList = (list: readonly unknown[], isGood: (value: string) => boolean) => {
  const texts = list.filter((value): value is string => typeof value === 'string' && isGood(value))
  return texts.length === list.length ? [...new Set(texts)] : undefined
}

/** Scope values from a text with blanks between or from a list; `undefined` when malformed. */
export const readScope = (scope: Values): readonly string[] | undefined => {
  const list = typeof scope === 'string' ? scope.split(' ').filter((value) => value !== '') : scope
  return Array.isArray(list ?? [])
    ? readList(list ?? [], (value) => scopeValue.test(value))
    : undefined
}

/** Names of APIs from one or a list of them; `undefined` when malformed. */
export const readResource = (resource: Values): readonly string[] | undefined => {
  const list = typeof resource === 'string' ? [resource] : resource
  const isName = (value: string) => value.trim() !== '' && value.length <= maximumUriLength
  return Array.isArray(list ?? []) ? readList(list ?? [], isName) : undefined
}

/** What of a grant a client asked for; `undefined` when it asked for more (RFC 6749, section 6). */
export const narrow = (
  granted: readonly string[],
  asked: readonly string[] | undefined,
): readonly string[] | undefined => {
  if (asked === undefined) return undefined
  if (asked.length === 0) return granted
  return asked.every((value) => granted.includes(value)) ? asked : undefined
}
