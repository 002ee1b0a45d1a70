import { FlattenedEncrypt } from 'jose'
import { maximumSealedCeiling } from '../defaults.ts'
import { JwtError } from '../errors.ts'
import { misconfigured, requireKnownOptions } from '../options.ts'
import { readSealingKeys, type SealingKey } from './sealing-keys.ts'

/** Options of {@link seal}. */
export interface SealOptions {
  /** One key or several; the first seals. To rotate: add at the end, move to the front, remove. */
  readonly keys: SealingKey | readonly SealingKey[]
  /**
   * What the sealed text belongs to, such as `'key-ring'` or a user's identifier: it opens with the
   * same text only, so that nobody can put it in another place. Not part of the result, not
   * secret. Default none.
   */
  readonly associatedData?: string
}

/** Reads `associatedData`; absent and empty are the same. @throws JwtError `configuration_invalid` */
export const readAssociatedData = (value: unknown): Uint8Array | undefined => {
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string') return new TextEncoder().encode(value)
  throw misconfigured('associatedData must be a text.')
}

/**
 * Makes data confidential and tamper-proof: a JWE in compact form (RFC 7516, section 7.1) with
 * `alg` `dir` and `enc` `A256GCM`, whose `kid` is the thumbprint of the key (RFC 7638).
 *
 * With `associatedData` it is the JWE AAD of RFC 7516, section 5.1, step 14, carried by neither
 * header nor text: another JOSE library opens it as flattened JSON with the member `aad` added.
 *
 * One key seals at most 2^32 texts (NIST SP 800-38D, section 8.3). A sealed text hides its
 * content, not its length.
 *
 * @example
 * ```ts
 * const sealed = await seal(JSON.stringify(data), { keys, associatedData: 'profile of user-42' })
 * const data = JSON.parse(await unsealText(sealed, { keys, associatedData: 'profile of user-42' }))
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option is wrong; `token_malformed` when the
 * plaintext is longer than 16 MiB, or text that UTF-8 cannot carry
 */
export const seal = async (
  plaintext: string | Uint8Array,
  options: SealOptions,
): Promise<string> => {
  requireKnownOptions(options, ['keys', 'associatedData'], 'seal')
  const [{ kid, octets }] = await readSealingKeys(options.keys)
  // UTF-8 would replace a lone surrogate, and what is opened would not be what was sealed.
  const isText = typeof plaintext === 'string' && !/\p{Surrogate}/u.test(plaintext)
  const content = isText ? new TextEncoder().encode(plaintext) : plaintext
  if (!(content instanceof Uint8Array) || content.length > maximumSealedCeiling) {
    throw new JwtError('token_malformed', 'Only text or octets of bounded length are sealed.')
  }
  const jwe = new FlattenedEncrypt(content).setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
  const associated = readAssociatedData(options.associatedData)
  if (associated !== undefined) jwe.setAdditionalAuthenticatedData(associated)
  const sealed = await jwe.encrypt(octets)
  return `${sealed.protected}..${sealed.iv}.${sealed.ciphertext}.${sealed.tag}`
}
