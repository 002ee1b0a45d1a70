/** One cookie of the provider. Opaque to tests: take it from one walk and give it to the next. */
export interface ProviderCookie {
  readonly name: string
  readonly value: string
  readonly path: string
}

/** What a browser would remember of the provider: its login session. */
export type ProviderCookies = readonly ProviderCookie[]

interface SetCookie extends ProviderCookie {
  readonly gone: boolean
}

const parseSetCookie = (line: string, now: number): SetCookie => {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
  const separator = pair.indexOf('=')
  const read = (name: string) =>
    attributes
      .find((attribute) => attribute.toLowerCase().startsWith(`${name}=`))
      ?.slice(name.length + 1)
  const expires = read('expires')
  return {
    name: pair.slice(0, separator),
    value: pair.slice(separator + 1),
    path: read('path') ?? '/',
    gone: expires !== undefined && Date.parse(expires) <= now,
  }
}

/** The cookies after an answer, as a browser keeps them (RFC 6265 §5.3). */
export const storeCookies = (
  cookies: ProviderCookies,
  setCookies: readonly string[],
  now: number,
): ProviderCookies =>
  setCookies.reduce<ProviderCookies>((kept, line) => {
    const { gone, ...cookie } = parseSetCookie(line, now)
    const others = kept.filter(({ name, path }) => name !== cookie.name || path !== cookie.path)
    return gone ? others : [...others, cookie]
  }, cookies)

const covers = (path: string, pathname: string) =>
  pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`)

/** The Cookie header of a request (RFC 6265 §5.4). */
export const cookieHeader = (cookies: ProviderCookies, pathname: string): string =>
  cookies
    .filter(({ path }) => covers(path, pathname))
    .map(({ name, value }) => `${name}=${value}`)
    .join('; ')
