import { flattenedDecrypt } from 'jose'
import { maximumSealedBytes, maximumSealedCeiling } from '../defaults.ts'
import { JwtError } from '../errors.ts'
import { readNumber, requireKnownOptions } from '../options.ts'
import { decodeToBytes, hasCanonicalEnd } from '../token/base64url.ts'
import { encodeBytes } from '../token/encode-base64url.ts'
import { decodeUtf8, isRecord, parseStrictJson } from '../token/json.ts'
import { readAssociatedData, type SealOptions } from './seal.ts'
import { type NamedSealingKey, readSealingKeys } from './sealing-keys.ts'

/** Options of {@link unseal}. */
export interface UnsealOptions extends SealOptions {
  /** Longest plaintext in octets; longer texts are refused unread. Default 262144 (256 KiB). */
  readonly maximumBytes?: number
}

interface SealedText {
  readonly header: string
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

/** Ours is 108 characters long; another party's may name `typ` and `cty` and a longer `kid`. */
const maximumHeaderLength = 1024

/** Header, no encrypted key, 96 bits of nonce, content, 128 bits of tag. */
const compactForm = /^([\w-]+)\.\.([\w-]{16})\.([\w-]*)\.([\w-]{22})$/

const malformed = (message: string): JwtError => new JwtError('token_malformed', message)

const split = (text: unknown, maximumBytes: number): SealedText => {
  if (typeof text !== 'string') throw malformed('The sealed text is not a string.')
  if (text.length > maximumHeaderLength + 42 + Math.ceil((maximumBytes * 4) / 3)) {
    throw malformed('The sealed text is too long.')
  }
  const [, header = '', iv = '', ciphertext = '', tag = ''] = compactForm.exec(text) ?? []
  if (header === '') throw malformed('The text is not a directly encrypted JWE in compact form.')
  if (![header, ciphertext, tag].every(hasCanonicalEnd)) {
    throw malformed('A segment of the sealed text is not canonical base64url.')
  }
  if (header.length > maximumHeaderLength) throw malformed('The header is too long.')
  return { header, iv, ciphertext, tag }
}

const parseHeader = (segment: string): Readonly<Record<string, unknown>> => {
  const text = decodeUtf8(decodeToBytes(segment))
  const json = text === undefined ? undefined : parseStrictJson(text)
  if (json?.ok !== true || !isRecord(json.value)) throw malformed('The header is refused.')
  return json.value
}

const readParameters: readonly string[] = ['alg', 'enc', 'kid', 'typ', 'cty']

/**
 * Everything but plain direct encryption is refused before any work is done: no key derivation
 * (`p2c`), no decompression (`zip`), no key agreement, no extension (RFC 8725, sections 3.2, 3.6).
 */
const checkHeader = (header: Readonly<Record<string, unknown>>): void => {
  const isDirect = header.alg === 'dir' && header.enc === 'A256GCM'
  if (!isDirect) {
    throw new JwtError('algorithm_not_allowed', 'Only "dir" with "A256GCM" is opened.')
  }
  if (!Object.keys(header).every((name) => readParameters.includes(name))) {
    throw new JwtError('header_unsupported', 'The header asks for more than direct encryption.')
  }
}

const decrypt = async (
  { header, iv, ciphertext, tag }: SealedText,
  key: NamedSealingKey,
  associated: Uint8Array | undefined,
): Promise<Uint8Array> => {
  const aad = associated === undefined ? {} : { aad: encodeBytes(associated) }
  try {
    const jwe = { protected: header, iv, ciphertext, tag, ...aad }
    const { plaintext } = await flattenedDecrypt(jwe, key.octets, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    })
    return plaintext
  } catch {
    throw new JwtError('decryption_failed', 'The sealed text does not open with key and place.')
  }
}

/**
 * Opens what {@link seal} made, or another party with the same key: the key is chosen among `keys`
 * by the header's `kid`, and by nothing else.
 *
 * @returns the octets that were sealed
 *
 * @throws JwtError `token_malformed`, `algorithm_not_allowed`, `header_unsupported`, `key_unknown`,
 * `decryption_failed` (changed, another key of that name, or other `associatedData`);
 * `configuration_invalid` when an option is wrong
 */
export const unseal = async (text: string, options: UnsealOptions): Promise<Uint8Array> => {
  requireKnownOptions(options, ['keys', 'associatedData', 'maximumBytes'], 'unseal')
  const maximumBytes = readNumber(options.maximumBytes, maximumSealedBytes, {
    name: 'maximumBytes',
    from: 1,
    to: maximumSealedCeiling,
  })
  const keys = await readSealingKeys(options.keys)
  const associated = readAssociatedData(options.associatedData)
  const sealed = split(text, maximumBytes)
  const header = parseHeader(sealed.header)
  checkHeader(header)
  const key = keys.find(({ kid }) => kid === header.kid)
  if (key === undefined) throw new JwtError('key_unknown', 'The header names none of the keys.')
  const plaintext = await decrypt(sealed, key, associated)
  if (plaintext.length > maximumBytes) throw malformed('The sealed text is too long.')
  return plaintext
}

/**
 * As {@link unseal}, for text.
 *
 * @throws JwtError as {@link unseal}; `token_malformed` also when the content is not UTF-8
 */
export const unsealText = async (text: string, options: UnsealOptions): Promise<string> => {
  const plaintext = decodeUtf8(new Uint8Array(await unseal(text, options)))
  if (plaintext === undefined) throw malformed('The sealed content is not UTF-8.')
  return plaintext
}
