import * as defaults from '../defaults.ts'
import { misconfigured, readStrings, requireKnownOptions } from '../options.ts'
import { isRecord } from '../token/json.ts'
import type { GuardedRequest } from './guarded-request.ts'

/** How a request with a cookie shows that the app itself sent it. */
export interface CsrfOptions {
  /**
   * Origins of the app's pages, such as `'https://app.example.com'`; compared as text. A request
   * that names another origin is refused.
   */
  readonly origin: string | readonly string[]
  /**
   * Header every request must carry with the value `1`. A page of another origin cannot send it
   * without a preflight, so the API's CORS rules must not allow it to strangers. Default `'X-CSRF'`.
   */
  readonly header?: string
}

/**
 * Takes the access token from a cookie as well. A browser sends a cookie whoever made the request,
 * so this exists only together with a defence against forged requests, for safe methods too
 * (RFC 10017, section 6.1.3.3).
 */
export interface CookieOptions {
  /** Exact name of the cookie. One that begins with `__Host-` cannot be planted by a subdomain. */
  readonly name: string
  /** How forged requests are told apart. Required. */
  readonly csrf: CsrfOptions
}

/** What {@link readCookieOptions} makes of the option. */
export interface ResolvedCookie {
  readonly name: string
  readonly isOwnRequest: (request: GuardedRequest) => boolean
}

const fieldName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/

const readName = (value: unknown, option: string): string => {
  if (typeof value === 'string' && fieldName.test(value)) return value
  throw misconfigured(`${option} must be a name as RFC 9110, section 5.6.2 allows it.`)
}

const isOrigin = (text: string): boolean => {
  try {
    return new URL(text).origin === text
  } catch {
    return false
  }
}

const readOrigins = (value: string | readonly string[]): readonly string[] => {
  const origins = readStrings(value, 'cookie.csrf.origin', defaults.maximumUriLength)
  if (origins.every(isOrigin)) return origins
  throw misconfigured('cookie.csrf.origin must be origins, such as "https://app.example.com".')
}

/** Values of all cookies of that name, in the order they were sent (RFC 6265, section 5.4). */
export const readCookie = (lines: readonly string[], name: string): readonly string[] =>
  lines
    .flatMap((line) => line.split(';'))
    .map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair] as const)
    .filter(([found, pair]) => found === name && pair.includes('='))
    .map(([, pair]) => pair.slice(pair.indexOf('=') + 1).trim())

/** The one value of a header; `undefined` when it is absent, and a text that fits nothing if not one. */
const single = (request: GuardedRequest, name: string): string | undefined => {
  const lines = request.header(name)
  return lines.length > 1 ? lines.join(', ') : lines[0]
}

/** No signal may contradict "the app itself", and saying nothing at all is not enough. */
const isFromOrigins = (request: GuardedRequest, origins: readonly string[]): boolean => {
  const site = single(request, 'sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'same-site') return false
  const origin = single(request, 'origin')
  if (origin !== undefined) return origins.includes(origin)
  if (site !== undefined) return site === 'same-origin'
  const referrer = single(request, 'referer') ?? ''
  return origins.some((own) => referrer.startsWith(`${own}/`))
}

/** Reads the option `cookie`. @throws JwtError `configuration_invalid` */
export const readCookieOptions = (
  options: CookieOptions | undefined,
): ResolvedCookie | undefined => {
  if (options === undefined) return undefined
  requireKnownOptions(options, ['name', 'csrf'], 'cookie')
  if (!isRecord(options.csrf)) {
    throw misconfigured('cookie needs csrf: without it any page could use the cookie.')
  }
  requireKnownOptions(options.csrf, ['origin', 'header'], 'cookie.csrf')
  const name = readName(options.name, 'cookie.name')
  const header = readName(options.csrf.header ?? defaults.csrfHeader, 'cookie.csrf.header')
  const origins = readOrigins(options.csrf.origin)
  return {
    name,
    isOwnRequest: (request) =>
      single(request, header.toLowerCase()) === '1' && isFromOrigins(request, origins),
  }
}
