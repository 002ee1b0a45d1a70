import { isRecord } from '../token/json.ts'

/** The parts of a request that may carry a token. */
export interface GuardedRequest {
  /**
   * Every `Authorization` header of the request, one member each: node:http keeps only the first
   * in `headers`, so adapters count them in the raw headers.
   */
  readonly authorization: readonly string[]
  /** A form body, where something has parsed it already. Only to notice a second token. */
  readonly form?: unknown
}

/** What {@link readCredentials} finds. */
export type Credentials =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }

const bearer = /^bearer(?: +([^ ].*)?)?$/is

/**
 * Finds the bearer token in the `Authorization` header (RFC 6750, section 2.1). Tokens in the query
 * or in a cookie are not looked for; one in a form body is not used, but together with the header
 * it makes the request malformed (RFC 6750, section 2).
 */
export const readCredentials = ({ authorization, form }: GuardedRequest): Credentials => {
  const [value = '', ...more] = authorization
  if (more.length > 0) return { kind: 'malformed' }
  const match = bearer.exec(value)
  if (match === null) return { kind: 'none' }
  const token = match[1] ?? ''
  if (token === '' || /[\s,]/.test(token)) return { kind: 'malformed' }
  if (isRecord(form) && Object.hasOwn(form, 'access_token')) return { kind: 'malformed' }
  return { kind: 'bearer', token }
}
