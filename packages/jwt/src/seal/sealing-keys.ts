import { maximumSealingKeys, sealingKeyBytes } from '../defaults.ts'
import { misconfigured } from '../options.ts'
import { decodeToBytes, isBase64url } from '../token/base64url.ts'
import { encodeBytes } from '../token/encode-base64url.ts'

/**
 * A key of {@link seal}: exactly 32 random octets, as octets or in base64url (43 characters).
 * Never a password: nothing slows down guessing it.
 */
export type SealingKey = string | Uint8Array

/** A sealing key with the name that sealed texts know it by. */
export interface NamedSealingKey {
  readonly kid: string
  readonly octets: Uint8Array<ArrayBuffer>
}

const readKey = (key: unknown): Uint8Array<ArrayBuffer> => {
  const octets = isBase64url(key) ? decodeToBytes(key) : key
  if (octets instanceof Uint8Array && octets.length === sealingKeyBytes) return octets.slice()
  throw misconfigured(
    `keys must be ${sealingKeyBytes} random octets each, as a Uint8Array or in base64url.`,
  )
}

/**
 * The thumbprint of the key as a JWK (RFC 7638): two parties that hold the same key agree on its
 * name. Of 256 random bits a hash tells nothing.
 */
const nameKey = async (octets: Uint8Array<ArrayBuffer>): Promise<NamedSealingKey> => {
  const members = new TextEncoder().encode(`{"k":"${encodeBytes(octets)}","kty":"oct"}`)
  const digest = await crypto.subtle.digest('SHA-256', members)
  return { kid: encodeBytes(new Uint8Array(digest)), octets }
}

/** Reads the `keys` option. @throws JwtError `configuration_invalid` */
export const readSealingKeys = async (
  keys: SealingKey | readonly SealingKey[],
): Promise<readonly [NamedSealingKey, ...NamedSealingKey[]]> => {
  const list: readonly unknown[] = Array.isArray(keys) ? keys : [keys]
  if (list.length > maximumSealingKeys) {
    throw misconfigured(`keys must list no more than ${maximumSealingKeys} keys.`)
  }
  const [first, ...others] = await Promise.all(list.map(readKey).map(nameKey))
  if (first === undefined) throw misconfigured('keys must list at least one key.')
  return [first, ...others]
}
