/** Longest `returnTo` that is accepted, in characters; it travels in a cookie. */
export const maximumReturnToLength = 300

/** Printable ASCII without blanks and without the backslash, which browsers read as a slash. */
const plainCharacters = /^[\x21-\x5b\x5d-\x7e]+$/

/** Controls that a decoder further on would turn into a line break or an end of text. */
const encodedControl = /%(?:25)*(?:[01][0-9a-f]|7f)/i

/** In a path: empty segments, slashes in disguise, and what only a second decoder understands. */
const ambiguousPath = /\/\/|%2f|%5c|%25[0-9a-f]{2}/i

const decode = (value: string): string | undefined => {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}

/** A path as the laxest router might read it: decoded, in one case, without path parameters. */
const laxPath = (decodedPath: string, origin: string): string =>
  new URL(origin + decodedPath.toLowerCase().replace(/;[^/]*/g, '')).pathname.replace(/\/+/g, '/')

/**
 * Reads a `returnTo` as a place of the app itself: a path with query and fragment, or an absolute
 * URL that starts with the app's own origin, letter by letter. Everything that two parsers might
 * read differently is refused (RFC 9700, section 4.11.1).
 *
 * @param value what the request asked for, decoded once as a query parameter is
 * @param appUrl any URL of the app; its origin is the only one allowed
 * @param basePath where the BFF lives; returning there would loop
 * @returns an absolute URL of the app's origin, or `undefined` when the value is refused
 */
export const parseReturnTo = (
  value: string,
  appUrl: string,
  basePath: string,
): string | undefined => {
  if (value.length > maximumReturnToLength || !plainCharacters.test(value)) return undefined
  if (decode(value) === undefined || encodedControl.test(value)) return undefined
  const { origin } = new URL(appUrl)
  const isPath = value.startsWith('/')
  if (!isPath && value !== origin && !value.startsWith(`${origin}/`)) return undefined
  const [path = ''] = value.slice(isPath ? 0 : origin.length).split(/[?#]/, 1)
  if (ambiguousPath.test(path)) return undefined
  const url = new URL(isPath ? origin + value : value)
  if (url.href.length - origin.length > maximumReturnToLength) return undefined
  const lax = laxPath(decode(url.pathname) ?? '', origin)
  if (`${lax}/`.startsWith(`${basePath.toLowerCase()}/`)) return undefined
  return url.href
}
