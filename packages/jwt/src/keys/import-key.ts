import type { CryptoKey, JWK } from 'jose'
import { importJWK } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import { keyNeedOf, verifyParametersOf } from '../algorithms.ts'
import { misconfigured, readFunction, requireKnownOptions } from '../options.ts'
import { decodeToBytes } from '../token/base64url.ts'
import { encodeBytes } from '../token/encode-base64url.ts'
import { isRecord } from '../token/json.ts'
import { findSigningKeyDefect } from './crypto-key.ts'
import type { SoundKey } from './import-public-key.ts'
import { readKeyText, requireAlgorithm, requireSoundKey, toPublicJwk } from './import-public-key.ts'
import type { Jwk, KeyMaterial } from './jwk.ts'
import { hasPrivateMember } from './jwk.ts'
import { findRsaPrivateDefect } from './rsa-private.ts'
import type { SigningKey } from './signing-key.ts'

/** Something about a key that works but should be looked at. */
export interface KeyWarning {
  /**
   * `secret_printable`: every octet of the secret is a printable character, so it is likely a
   * password, or base64 that nobody decoded: far easier to guess than its length says.
   * `secret_repetitive`: it has so few different octets that no generator made it.
   */
  readonly code: 'secret_printable' | 'secret_repetitive'
}

/** Options of {@link importKey}. */
export interface ImportKeyOptions {
  /**
   * Name of the key. Default the `kid` of the JWK, else its thumbprint (RFC 7638). Required for a
   * secret without `kid`: its thumbprint would let anybody check guesses.
   */
  readonly kid?: string
  /** Whether the private key can be taken out again, to be stored. Default `'refused'`. */
  readonly export?: 'allowed' | 'refused'
  /** Hears of secrets that look guessable. Must not throw. Default: nobody. */
  readonly onWarning?: (warning: KeyWarning) => void
}

/** Reads the option `export`. @throws JwtError `configuration_invalid` */
export const readExport = (value: 'allowed' | 'refused' | undefined): boolean => {
  if (value === undefined || value === 'refused') return false
  if (value === 'allowed') return true
  throw misconfigured("export must be 'allowed' or 'refused'.")
}

const isPrintable = (octet: number): boolean =>
  (octet >= 0x20 && octet <= 0x7e) || (octet >= 0x09 && octet <= 0x0d)

/** Of 32 random octets, fewer than 16 different ones come up less than once in 10^12 times. */
const fewestDifferentOctets = 16

const warnOfSecret = (secret: Uint8Array, onWarning: (warning: KeyWarning) => void): void => {
  if (secret.every(isPrintable)) onWarning({ code: 'secret_printable' })
  if (new Set(secret).size < fewestDifferentOctets) onWarning({ code: 'secret_repetitive' })
}

const importSecret = async (
  material: Jwk | Uint8Array,
  alg: Algorithm,
  options: ImportKeyOptions,
): Promise<SigningKey> => {
  const need = keyNeedOf(alg)
  const isOctets = ArrayBuffer.isView(material)
  const jwk: Jwk = isOctets ? { kty: 'oct', k: encodeBytes(material as Uint8Array) } : material
  const named = options.kid ?? jwk.kid
  if (named === undefined) throw misconfigured('A secret needs a name: pass kid.')
  const sound = await requireSoundKey(jwk, alg, 'sign', named)
  const secret = decodeToBytes(jwk.k as string)
  warnOfSecret(
    secret,
    readFunction(options.onWarning, () => undefined, 'onWarning'),
  )
  const parameters = { name: 'HMAC', hash: need.kty === 'oct' ? need.hash : '' }
  const isExtractable = readExport(options.export)
  const key = await crypto.subtle.importKey('raw', secret, parameters, isExtractable, [
    'sign',
    'verify',
  ])
  return { kid: sound.kid, alg, key }
}

/** The members of a private key (RFC 7518, sections 6.2.2 and 6.3.2; RFC 8037, section 2). */
const pickPrivate = (jwk: Jwk, material: KeyMaterial): Jwk => {
  const { d, p, q, dp, dq, qi } = jwk
  return material.kty === 'RSA' ? { ...material, d, p, q, dp, dq, qi } : { ...material, d }
}

const importMaterial = async (jwk: Jwk, alg: Algorithm, extractable: boolean) => {
  try {
    return (await importJWK(jwk as JWK, alg, { extractable })) as CryptoKey
  } catch {
    throw misconfigured(`The platform cannot read the key for ${alg}.`)
  }
}

/**
 * Signs once and verifies, because not every platform looks: a private key beside another's public
 * members would make tokens that nobody accepts.
 */
const requirePair = async (key: CryptoKey, { material }: SoundKey, alg: Algorithm) => {
  const publicKey = await importMaterial({ ...material }, alg, true)
  const probe = new TextEncoder().encode('probe')
  const parameters = verifyParametersOf(alg)
  const isPair = await crypto.subtle
    .sign(parameters, key, probe)
    .then((signature) => crypto.subtle.verify(parameters, publicKey, signature, probe))
    .catch(() => false)
  if (!isPair) throw misconfigured('The private and the public part of the key do not match.')
}

const importPrivate = async (
  text: string | Jwk,
  alg: Algorithm,
  options: ImportKeyOptions,
): Promise<SigningKey> => {
  const jwk = await readKeyText(text, alg)
  if (!hasPrivateMember(jwk)) {
    throw misconfigured('The key is public and cannot sign. importPublicKey reads public keys.')
  }
  const sound = await requireSoundKey(jwk, alg, 'sign', options.kid)
  const defect = sound.material.kty === 'RSA' ? findRsaPrivateDefect(jwk) : undefined
  if (defect !== undefined) throw misconfigured(`The key is refused for ${alg}: ${defect}.`)
  const members = pickPrivate(jwk, sound.material)
  const key = await importMaterial(members, alg, readExport(options.export))
  await requirePair(key, sound, alg)
  return { kid: sound.kid, alg, key, publicJwk: toPublicJwk(sound, alg) }
}

/**
 * Reads a key that signs: a private key in PEM (`PRIVATE KEY`, PKCS #8) or as JWK, or an HMAC
 * secret as octets or JWK. It is held against all floors once, here: size and soundness of RSA
 * moduli, points on their curves, length of secrets, `use`, `key_ops` and `alg`, and whether its
 * private and public part belong together. For HMAC the result also serves as `keys` of
 * `createVerifier`; for all other algorithms its `publicJwk` does.
 *
 * @throws JwtError `configuration_invalid` with the reason, never with a part of the key
 */
export const importKey = async (
  material: string | Jwk | Uint8Array,
  alg: Algorithm,
  options: ImportKeyOptions = {},
): Promise<SigningKey> => {
  requireKnownOptions(options, ['kid', 'export', 'onWarning'], 'importKey')
  requireAlgorithm(alg)
  const isSecret = keyNeedOf(alg).kty === 'oct'
  if (isSecret && typeof material === 'string') {
    throw misconfigured(
      `A secret for ${alg} is octets, never text: decode it from base64 or hex to a Uint8Array. ` +
        'Passwords are too easy to guess.',
    )
  }
  if (isSecret && !isRecord(material)) {
    throw misconfigured(`A secret for ${alg} is a Uint8Array or a JWK object.`)
  }
  if (!isSecret && ArrayBuffer.isView(material)) {
    throw misconfigured(`Octets are read as a secret, and ${alg} needs a private key.`)
  }
  const signingKey = isSecret
    ? await importSecret(material as Jwk | Uint8Array, alg, options)
    : await importPrivate(material as string | Jwk, alg, options)
  const defect = findSigningKeyDefect(signingKey)
  if (defect === undefined) return signingKey
  throw misconfigured(`The key is refused for ${alg}: ${defect}.`)
}
