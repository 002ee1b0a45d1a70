import type { Algorithm } from '../algorithms.ts'
import { maximumIdentifierLength } from '../defaults.ts'
import { JwtError } from '../errors.ts'

/** Header of a verified token (RFC 7515, section 4.1). */
export interface JwtHeader {
  readonly alg: Algorithm
  readonly kid: string
  readonly typ?: string
  readonly [parameter: string]: unknown
}

/** Which `typ` values a verifier takes; `'any'` takes all that do not name another kind. */
export type TypRule = 'any' | readonly string[]

/**
 * Parameters that change how a token is read, or bring a key along. No issuer of access tokens
 * needs one; ignoring them would be as safe, but whoever sends them is up to something.
 * `x5t` and `x5t#S256` only name a certificate, some issuers send them, and nothing reads them.
 */
const refusedParameters: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ['crit', 'it has critical extensions'],
  ['b64', 'a JWT is always base64url-encoded'],
  ['enc', 'it is that of an encrypted token'],
  ['zip', 'it asks for decompression'],
  ['p2c', 'it is that of an encrypted token'],
  ['jwk', 'it brings a key along'],
  ['jku', 'it names a place to fetch a key from'],
  ['x5u', 'it names a place to fetch a key from'],
  ['x5c', 'it brings a key along'],
])

/** Printable ASCII: what a `kid` is made of wherever one was seen. */
const plainText = /^[\x20-\x7e]+$/

const isKid = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= maximumIdentifierLength && plainText.test(value)

/** `at+jwt` for both `at+jwt` and `Application/AT+JWT` (RFC 7515, section 4.1.9). */
export const normalizeTyp = (typ: string): string => {
  const lower = typ.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}

const refuseParameters = (header: Readonly<Record<string, unknown>>): void => {
  for (const name of Object.keys(header)) {
    const reason = refusedParameters.get(name)
    if (reason !== undefined) {
      throw new JwtError('header_unsupported', `The header is refused: ${reason}.`)
    }
  }
  // RFC 7519, section 5.2: a signed token around another token has no claims of its own.
  if (typeof header.cty === 'string' && normalizeTyp(header.cty) === 'jwt') {
    throw new JwtError('header_unsupported', 'The header is refused: it wraps another token.')
  }
}

/**
 * Reads the parameters that choose algorithm and key.
 *
 * @throws JwtError `header_unsupported`, `algorithm_not_allowed`, `key_unknown`
 */
export const checkHeader = (
  header: Readonly<Record<string, unknown>>,
  algorithms: readonly Algorithm[],
): JwtHeader => {
  refuseParameters(header)
  const alg = algorithms.find((algorithm) => algorithm === header.alg)
  if (alg === undefined) {
    throw new JwtError('algorithm_not_allowed', 'The header names no algorithm of the list.')
  }
  if (!isKid(header.kid)) {
    throw new JwtError('key_unknown', 'The header has no usable kid, and keys go by kid alone.')
  }
  return header as JwtHeader
}

/** What ends in `+jwt` names a kind of its own (RFC 8725, section 3.11), for `'any'` as well. */
const isAllowed = (typ: string, rule: TypRule): boolean =>
  rule === 'any' ? typ === 'at+jwt' || !typ.endsWith('+jwt') : rule.includes(typ)

/**
 * Checks the kind of token (RFC 9068, section 4; RFC 8725, section 3.11).
 *
 * @throws JwtError `typ_mismatch`
 */
export const checkTyp = (header: JwtHeader, rule: TypRule): void => {
  const typ: unknown = header.typ
  if (typ === undefined && rule === 'any') return
  if (typeof typ === 'string' && isAllowed(normalizeTyp(typ), rule)) return
  throw new JwtError('typ_mismatch', 'The header does not say that this is such a token.')
}
