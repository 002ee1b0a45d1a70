import { maximumUriLength } from '../defaults.ts'

/** ASCII without blanks, controls and backslashes, with a host: what RFC 3986 calls a URI. */
const httpUri = /^https?:\/\/[^/?#\\][\x21-\x5b\x5d-\x7e]*$/i

const unreserved = /^[A-Za-z0-9\-._~]$/

/** RFC 3986, section 6.2.2: upper-case digits, and no escape for what needs none. */
const normaliseEscape = (triplet: string): string => {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16))
  return unreserved.test(character) ? character : triplet.toUpperCase()
}

/**
 * An http address in the one spelling that two of them are compared in, without query and fragment
 * (RFC 9449, section 4.3; RFC 3986, sections 6.2.2 and 6.2.3). `undefined` when it is none, or
 * carries a user name.
 */
export const normaliseUri = (text: unknown): string | undefined => {
  if (typeof text !== 'string' || text.length > maximumUriLength || !httpUri.test(text)) {
    return undefined
  }
  try {
    const { origin, pathname, username, password } = new URL(text)
    if (username !== '' || password !== '') return undefined
    return `${origin}${pathname.replace(/%[0-9a-f]{2}/gi, normaliseEscape)}`
  } catch {
    return undefined
  }
}

/** The path of a request target, which may be a whole address (RFC 9112, section 3.2.2). */
const pathOf = (target: string): string => {
  if (target.startsWith('/')) return target
  return target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
}

/**
 * The address a client sent a request to: the public one, never what `Host` or a proxy's header
 * says, because both come from whoever sends the request.
 */
export const composeUri = (publicUrl: string, target: string): string | undefined => {
  const path = pathOf(target.split(/[?#]/)[0] ?? '')
  return normaliseUri(`${publicUrl.replace(/\/$/, '')}${path.startsWith('/') ? path : `/${path}`}`)
}
