import type { KeyObject } from 'node:crypto'
import { constants, createHmac, createSecretKey, generateKeyPairSync, sign } from 'node:crypto'
import type { Algorithm } from '../algorithms.ts'
import type { Jwk } from '../keys/jwk.ts'

/** A key of the tests' issuer, or of an attacker. */
export interface TestKey {
  readonly alg: Algorithm
  readonly kid: string
  /** What the issuer publishes; for HMAC, the shared secret. */
  readonly jwk: Jwk
  readonly signingKey: KeyObject
}

const fromPair = (
  alg: Algorithm,
  kid: string,
  pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): TestKey => ({
  alg,
  kid,
  jwk: { ...(pair.publicKey.export({ format: 'jwk' }) as Jwk), kid, alg, use: 'sig' },
  signingKey: pair.privateKey,
})

export const makeRsaKey = (alg: Algorithm, kid: string, modulusLength = 2048): TestKey =>
  fromPair(alg, kid, generateKeyPairSync('rsa', { modulusLength }))

export const makeEcKey = (alg: Algorithm, kid: string): TestKey => {
  const curves: Record<string, string> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }
  return fromPair(alg, kid, generateKeyPairSync('ec', { namedCurve: curves[alg] ?? '' }))
}

export const makeEdKey = (alg: Algorithm, kid: string): TestKey =>
  fromPair(alg, kid, generateKeyPairSync('ed25519'))

export const makeSecret = (alg: Algorithm, kid: string, bytes: Uint8Array): TestKey => ({
  alg,
  kid,
  jwk: { kty: 'oct', k: Buffer.from(bytes).toString('base64url'), kid, alg, use: 'sig' },
  signingKey: createSecretKey(bytes),
})

/** Octets that are no secret to anyone, but long enough. */
export const octets = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 37 + 11) % 256)

/** A signature made with the named algorithm, whatever key and input are. */
export const signOctets = (alg: Algorithm, key: KeyObject, input: Uint8Array): Buffer => {
  const hash = `sha${alg.slice(-3)}`
  switch (alg.slice(0, 2)) {
    case 'HS':
      return createHmac(hash, key).update(input).digest()
    case 'RS':
      return sign(hash, input, key)
    case 'PS': {
      const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants
      return sign(hash, input, { key, padding, saltLength })
    }
    case 'ES':
      return sign(hash, input, { key, dsaEncoding: 'ieee-p1363' })
    default:
      return sign(null, input, key)
  }
}
