import { exportJWK, generateKeyPair } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import { keyNeedOf } from '../algorithms.ts'
import { kidBytes, maximumRsaBits, minimumRsaBits, randomBytes } from '../defaults.ts'
import { misconfigured, readNumber, requireKnownOptions } from '../options.ts'
import { encodeBytes } from '../token/encode-base64url.ts'
import { findSigningKeyDefect } from './crypto-key.ts'
import { readExport } from './import-key.ts'
import { requireAlgorithm, requireSoundKey, toPublicJwk } from './import-public-key.ts'
import type { Jwk } from './jwk.ts'
import type { SigningKey } from './signing-key.ts'

/** Options of {@link generateKey}. */
export interface GenerateKeyOptions {
  /** Name of the key. Default its thumbprint (RFC 7638); for a secret, 128 random bits. */
  readonly kid?: string
  /** Whether the private key can be taken out again, to be stored. Default `'refused'`. */
  readonly export?: 'allowed' | 'refused'
  /** Bits of an RSA modulus, 2048 to 16384. Default 2048. RSA only. */
  readonly modulusLength?: number
}

const generateSecret = async (
  alg: Algorithm,
  hash: string,
  options: GenerateKeyOptions,
): Promise<SigningKey> => {
  const { minimumBytes } = keyNeedOf(alg) as { readonly minimumBytes: number }
  const parameters = { name: 'HMAC', hash, length: minimumBytes * 8 }
  const isExtractable = readExport(options.export)
  const key = await crypto.subtle.generateKey(parameters, isExtractable, ['sign', 'verify'])
  return { kid: options.kid ?? encodeBytes(randomBytes(kidBytes)), alg, key }
}

const generatePair = async (alg: Algorithm, options: GenerateKeyOptions): Promise<SigningKey> => {
  const modulusLength = readNumber(options.modulusLength, minimumRsaBits, {
    name: 'modulusLength',
    from: minimumRsaBits,
    to: maximumRsaBits,
  })
  const extractable = readExport(options.export)
  const { privateKey, publicKey } = await generateKeyPair(alg, { modulusLength, extractable })
  const jwk = (await exportJWK(publicKey)) as Jwk
  const sound = await requireSoundKey(jwk, alg, 'verify', options.kid)
  return { kid: sound.kid, alg, key: privateKey, publicJwk: toPublicJwk(sound, alg) }
}

/**
 * Generates a key that signs with that algorithm. ES256 and EdDSA sign about ten times as fast as
 * RS256, which some verifiers know alone.
 *
 * @throws JwtError `configuration_invalid` when the algorithm or an option is wrong
 */
export const generateKey = async (
  alg: Algorithm,
  options: GenerateKeyOptions = {},
): Promise<SigningKey> => {
  requireKnownOptions(options, ['kid', 'export', 'modulusLength'], 'generateKey')
  requireAlgorithm(alg)
  const need = keyNeedOf(alg)
  if (options.modulusLength !== undefined && need.kty !== 'RSA') {
    throw misconfigured('modulusLength is for RSA keys only.')
  }
  const key =
    need.kty === 'oct'
      ? await generateSecret(alg, need.hash, options)
      : await generatePair(alg, options)
  const defect = findSigningKeyDefect(key)
  if (defect === undefined) return key
  throw misconfigured(`The key is refused for ${alg}: ${defect}.`)
}
