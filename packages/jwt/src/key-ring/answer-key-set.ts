import { JwtError } from '../errors.ts'
import { misconfigured } from '../options.ts'
import type { KeyRing, PublishedKeySet } from './key-ring-port.ts'

/** What is read of a request for the key set. */
export interface KeySetRequestLine {
  readonly method: string
  /** The header `If-None-Match`, where it was sent. */
  readonly ifNoneMatch: string | undefined
}

/** A complete answer. */
export interface KeySetResponse {
  readonly status: 200 | 304 | 405 | 503
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** Absent where there is none to send: HEAD and 304. */
  readonly body?: string
}

/** True when the client has this version already (RFC 9110, section 13.1.2: weak comparison). */
const isMatch = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*')

const problem = (
  status: 405 | 503,
  title: string,
  headers: Readonly<Record<string, string>>,
): KeySetResponse => ({
  status,
  headers: {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  },
  body: JSON.stringify({ type: 'about:blank', title, status }),
})

const answerUnavailable = (error: unknown): KeySetResponse => {
  if (!(error instanceof JwtError) || error.code !== 'keys_unavailable') throw error
  const retryAfter = String(error.retryAfterSeconds ?? 1)
  return problem(503, 'The keys are unavailable', { 'retry-after': retryAfter })
}

const answerFound = (
  { body, headers }: PublishedKeySet,
  { method, ifNoneMatch }: KeySetRequestLine,
): KeySetResponse => {
  const { etag, 'cache-control': cacheControl } = headers
  // Public keys are for every origin: a verifier may run in a page.
  const common = { etag, 'cache-control': cacheControl, 'access-control-allow-origin': '*' }
  if (isMatch(ifNoneMatch, etag)) return { status: 304, headers: common }
  const all = { ...common, ...headers, 'x-content-type-options': 'nosniff' }
  return method === 'HEAD' ? { status: 200, headers: all } : { status: 200, headers: all, body }
}

/**
 * Answers a request for the public keys of a ring (RFC 7517, section 5; RFC 9110, sections 9.3 and
 * 13.1.2), the same for every framework.
 *
 * @throws JwtError (as a rejection) `configuration_invalid`, when nobody but the operator can help
 */
export const answerKeySet = async (
  keyRing: KeyRing,
  request: KeySetRequestLine,
): Promise<KeySetResponse> => {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return problem(405, 'Keys are only read', { allow: 'GET, HEAD' })
  }
  try {
    return answerFound(await keyRing.jwks(), request)
  } catch (error) {
    return answerUnavailable(error)
  }
}

/** Refuses what is no key ring. @throws JwtError `configuration_invalid` */
export const requireKeyRing = (keyRing: KeyRing): void => {
  if (typeof keyRing?.jwks === 'function') return
  throw misconfigured('publishKeys needs a keyRing; createKeyRing makes one.')
}
