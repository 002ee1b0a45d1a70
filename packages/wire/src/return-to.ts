/** Longest `returnTo` that is accepted, in characters; it travels in a cookie. */
export const maximumReturnToLength = 300

/** Printable ASCII without blanks and without the backslash, which browsers read as a slash. */
const plainCharacters = /^[\x21-\x5b\x5d-\x7e]+$/

/** A slash or a backslash in disguise, encoded once or more. */
const encodedSeparator = /%(?:25)*(?:2f|5c)/i

/** Octets that no path or query of an app needs: controls, and everything not UTF-8. */
const encodedControl = /%(?:25)*(?:[01][0-9a-f]|7f)/i

const hasBadEncoding = (value: string): boolean => {
  try {
    decodeURIComponent(value)
    return false
  } catch {
    return true
  }
}

/**
 * Reads a `returnTo` as a place of the app itself: a path with query and fragment, or an absolute
 * URL of the app's own origin. Everything that two parsers might read differently is refused
 * (RFC 9700, section 4.11.1).
 *
 * @param value what the request asked for
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
  const { origin } = new URL(appUrl)
  const isPath = /^\/(?!\/)/.test(value)
  if (!isPath && value !== origin && !value.startsWith(`${origin}/`)) return undefined
  const [path = ''] = value.slice(isPath ? 0 : origin.length).split(/[?#]/, 1)
  if (path.includes('//') || encodedSeparator.test(path) || hasBadEncoding(value)) return undefined
  if (encodedControl.test(value)) return undefined
  const url = new URL(isPath ? origin + value : value)
  // Dot segments may have left a path that starts with two slashes or belongs to the BFF.
  if (url.origin !== origin || url.pathname.startsWith('//')) return undefined
  if (`${url.pathname}/`.startsWith(`${basePath}/`)) return undefined
  return url.href
}
