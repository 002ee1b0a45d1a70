import { JwtError } from '../errors.ts'
import { decodeToBinary, decodeToBytes } from './base64url.ts'
import { decodeUtf8, isRecord, parseStrictJson } from './json.ts'
import { splitCompact } from './split-compact.ts'

/** A JWS in compact form, taken apart. Nothing in it is verified yet. */
export interface CompactToken {
  /** The signed octets: header and payload as they were sent (RFC 7515, section 5.2). */
  readonly signingInput: Uint8Array<ArrayBuffer>
  readonly signature: Uint8Array<ArrayBuffer>
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

const octetsAboveAscii = /[\x80-\xff]/

const malformed = (message: string): JwtError => new JwtError('token_malformed', message)

const decodeText = (segment: string): string | undefined => {
  const binary = decodeToBinary(segment)
  return octetsAboveAscii.test(binary) ? decodeUtf8(decodeToBytes(segment)) : binary
}

const parseObject = (segment: string, name: string): Readonly<Record<string, unknown>> => {
  const text = decodeText(segment)
  if (text === undefined) throw malformed(`The ${name} is not UTF-8.`)
  const json = parseStrictJson(text)
  if (!json.ok) throw malformed(`The ${name} is refused: ${json.reason}.`)
  if (!isRecord(json.value)) throw malformed(`The ${name} is not a JSON object.`)
  return json.value
}

/**
 * Takes a token apart. All limits of size, depth and spelling apply here, before any key is looked
 * up (RFC 8725, sections 3.7 and 3.14).
 *
 * @throws JwtError `token_malformed`
 */
export const parseCompact = (token: unknown): CompactToken => {
  const [header, payload, signature] = splitCompact(token)
  return {
    signingInput: new TextEncoder().encode(`${header}.${payload}`),
    signature: decodeToBytes(signature),
    header: parseObject(header, 'header'),
    claims: parseObject(payload, 'claims set'),
  }
}
