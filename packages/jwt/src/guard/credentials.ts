import { isRecord } from '../token/json.ts'
import type { AuthScheme } from './challenge.ts'
import { readCookie } from './cookie.ts'
import type { GuardedRequest } from './guarded-request.ts'

/** Where a token may stand in a request. */
export interface CredentialRules {
  /** Schemes of the `Authorization` header that are taken; any other is as good as none. */
  readonly schemes: readonly AuthScheme[]
  /** Name of the cookie that may carry a token, where one may. */
  readonly cookieName: string | undefined
}

/** What {@link readCredentials} finds. */
export type Credentials =
  | {
      readonly kind: 'token'
      readonly scheme: AuthScheme
      readonly from: 'header' | 'cookie'
      readonly token: string
    }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }

const none: Credentials = { kind: 'none' }
const malformed: Credentials = { kind: 'malformed' }

/** The comma, and of white space what octets can spell: no field value holds anything else. */
const separators = [',', ' ', '\t', '\n', '\v', '\f', '\r', '\u00a0'] as const

/** One word, and not a list: whatever else it is, the verifier is told. */
const isOneWord = (token: string): boolean =>
  token !== '' && !separators.some((separator) => token.includes(separator))

const readOne = (value: string, schemes: readonly AuthScheme[]): Credentials => {
  // A search for one character is many times faster than an expression over a whole token.
  const end = value.indexOf(' ')
  const name = (end === -1 ? value : value.slice(0, end)).toLowerCase()
  const scheme = schemes.find((known) => known.toLowerCase() === name)
  if (scheme === undefined) return none
  const token = end === -1 ? '' : value.slice(end).replace(/^ +/, '')
  return isOneWord(token) ? { kind: 'token', scheme, from: 'header', token } : malformed
}

/**
 * Two field lines mean the same as one with a comma (RFC 9110, section 5.3), and some platforms
 * join them, so both are judged alike: one token in company is one too many.
 */
const readAuthorization = (
  lines: readonly string[],
  schemes: readonly AuthScheme[],
): Credentials => {
  const value = lines.length === 1 ? (lines[0] ?? '') : lines.join(', ')
  if (!value.includes(',')) return readOne(value, schemes)
  const isAnyOurs = value.split(',').some((part) => readOne(part.trim(), schemes).kind !== 'none')
  return isAnyOurs ? malformed : none
}

const readTokenCookie = (request: GuardedRequest, name: string | undefined): Credentials => {
  const values = name === undefined ? [] : readCookie(request.header('cookie'), name)
  const [token = '', ...more] = values
  if (more.length > 0) return malformed
  if (token === '') return none
  return isOneWord(token) ? { kind: 'token', scheme: 'Bearer', from: 'cookie', token } : malformed
}

const hasFormToken = (form: unknown): boolean =>
  isRecord(form) && Object.hasOwn(form, 'access_token')

/**
 * Finds the token in the `Authorization` header (RFC 6750, section 2.1; RFC 9449, section 7.1) or,
 * where that is switched on, in the cookie. Tokens in the query are not looked for; one in a form
 * body is not used. Two ways at once make the request malformed (RFC 6750, section 2).
 */
export const readCredentials = (request: GuardedRequest, rules: CredentialRules): Credentials => {
  const inHeader = readAuthorization(request.header('authorization'), rules.schemes)
  const inCookie = readTokenCookie(request, rules.cookieName)
  if (inHeader.kind === 'malformed' || inCookie.kind === 'malformed') return malformed
  if (inHeader.kind === 'token' && inCookie.kind === 'token') return malformed
  const found = inHeader.kind === 'token' ? inHeader : inCookie
  return found.kind === 'token' && hasFormToken(request.form) ? malformed : found
}
