import { maximumSignedLength, maximumTokenLength } from '../defaults.ts'
import { readFunction, requireKnownOptions } from '../options.ts'
import { judgeClaims } from './claim-findings.ts'
import type { Finding } from './finding.ts'
import { error, note, warning } from './finding.ts'
import { judgeEncryptedHeader, judgeHeader } from './header-findings.ts'
import { readSegment } from './read-segment.ts'
import type { TokenTime } from './token-times.ts'
import { readTimes } from './token-times.ts'

/** Options of {@link inspectToken}. */
export interface InspectOptions {
  /** Clock in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** What a token says of itself. Nobody has checked whether any of it is true. */
export interface TokenReport {
  /** `signed`: a JWS; `encrypted`: a JWE, of which only the header can be read. */
  readonly kind: 'signed' | 'encrypted' | 'unreadable'
  /** Absent where it cannot be read. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Absent where they cannot be read. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** The instants among the claims, in the order of a life: iat, nbf, auth_time, exp. */
  readonly times: readonly TokenTime[]
  readonly findings: readonly Finding[]
  /** Always: inspecting is not verifying, and a report is no reason to let anybody in. */
  readonly verified: false
}

/** Longest text that is decoded at all, in characters. */
const maximumInspectedLength = 262_144

const unreadable = (...findings: readonly Finding[]): TokenReport => ({
  kind: 'unreadable',
  times: [],
  findings,
  verified: false,
})

const judgeLength = (length: number): readonly Finding[] => {
  if (length > maximumTokenLength) {
    return [error('token_oversize', `It is longer than ${maximumTokenLength} characters.`)]
  }
  if (length <= maximumSignedLength) return []
  const message = `It is longer than ${maximumSignedLength} characters: proxies and browsers drop headers of that size.`
  return [warning('token_large', message)]
}

/** What people copy along with a token. */
const wrapping = /^(?:authorization\s*:\s*)?(?:(?:bearer|dpop)\s+)?(["']?)(.*?)\1$/is

const unwrap = (
  text: string,
): { readonly token: string; readonly findings: readonly Finding[] } => {
  const trimmed = text.trim()
  const token = (wrapping.exec(trimmed)?.[2] ?? trimmed).trim()
  if (token === trimmed) return { token, findings: [] }
  const message = 'Something stands around the token (a scheme or quotes); it was left out.'
  return { token, findings: [note('text_around_token', message)] }
}

const judgeSignature = (signature: string): readonly Finding[] => {
  if (signature === '') {
    return [error('signature_missing', 'The signature is empty: nobody signed this.')]
  }
  return /^[A-Za-z0-9_-]+$/.test(signature)
    ? []
    : [error('base64url_invalid', 'The signature holds characters outside base64url.')]
}

const inspectSigned = (segments: readonly string[], nowSeconds: number): TokenReport => {
  const [first = '', second = '', third = ''] = segments
  const header = readSegment(first, 'header')
  const claims = readSegment(second, 'claims set')
  const { members } = claims
  return {
    kind: 'signed',
    ...(header.members && { header: header.members }),
    ...(members && { claims: members }),
    times: members === undefined ? [] : readTimes(members, nowSeconds),
    findings: [
      ...header.findings,
      ...claims.findings,
      ...judgeSignature(third),
      ...(header.members === undefined ? [] : judgeHeader(header.members)),
      ...(members === undefined ? [] : judgeClaims(members, nowSeconds)),
    ],
    verified: false,
  }
}

const inspectEncrypted = (first: string): TokenReport => {
  const { members, findings } = readSegment(first, 'header')
  const message = 'It is encrypted (JWE): only its header can be read without the key.'
  return {
    kind: 'encrypted',
    ...(members && { header: members }),
    times: [],
    findings: [
      warning('encrypted', message),
      ...findings,
      ...(members === undefined ? [] : judgeEncryptedHeader(members)),
    ],
    verified: false,
  }
}

const notCompact = (token: string): Finding => {
  if (token.startsWith('{')) {
    return error('not_compact', 'It is JSON. Tokens are read in compact form only.')
  }
  return error(
    'not_compact',
    'It is no JWT: that is three segments with dots between. An opaque token says nothing to anybody but its issuer.',
  )
}

const inspectText = (token: string, nowSeconds: number): TokenReport => {
  const segments = token.split('.', 6)
  if (segments.length === 3) return inspectSigned(segments, nowSeconds)
  if (segments.length === 5) return inspectEncrypted(segments[0] ?? '')
  return unreadable(notCompact(token))
}

/**
 * Decodes a token and says what is wrong with it, what is risky about it, and when it lives. It
 * verifies nothing, asks nobody, and never throws for a text: garbage is described as such.
 *
 * @example
 * ```ts
 * for (const { severity, message } of inspectToken(text).findings) console.log(severity, message)
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const inspectToken = (text: unknown, options: InspectOptions = {}): TokenReport => {
  requireKnownOptions(options, ['now'], 'inspectToken')
  const now = readFunction(options.now, Date.now, 'now')
  if (typeof text !== 'string') return unreadable(error('not_text', 'It is not a text.'))
  if (text.length > maximumInspectedLength) {
    return unreadable(error('token_oversize', 'It is far too long for a token.'))
  }
  const { token, findings } = unwrap(text)
  if (token === '') return unreadable(error('empty', 'There is nothing to read.'))
  const report = inspectText(token, now() / 1000)
  return { ...report, findings: [...findings, ...judgeLength(token.length), ...report.findings] }
}
