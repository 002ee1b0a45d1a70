import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'

/** Key type and curve an algorithm signs with (RFC 7518, section 3.1; RFC 8037, section 3.1). */
const keyKinds: Readonly<Record<string, string>> = {
  RS256: 'rsa',
  RS384: 'rsa',
  RS512: 'rsa',
  PS256: 'rsa',
  PS384: 'rsa',
  PS512: 'rsa',
  ES256: 'ec prime256v1',
  ES384: 'ec secp384r1',
  ES512: 'ec secp521r1',
  EdDSA: 'ed25519',
  Ed25519: 'ed25519',
}

/** RFC 7518, section 3.3. */
const minimumRsaBits = 2048

const kindOf = ({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string =>
  [asymmetricKeyType, asymmetricKeyDetails.namedCurve].filter(Boolean).join(' ')

const isLongEnough = ({ asymmetricKeyDetails }: KeyObject): boolean =>
  (asymmetricKeyDetails?.modulusLength ?? minimumRsaBits) >= minimumRsaBits

/** Whether a JWK is a private key that can sign with the `alg` it names, and has a `kid`. */
export const isSigningJwk = (jwk: Readonly<Record<string, unknown>>): boolean => {
  const { alg, kid } = jwk
  if (typeof alg !== 'string' || typeof kid !== 'string' || kid === '') return false
  try {
    const key = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' })
    return keyKinds[alg] === kindOf(key) && isLongEnough(key)
  } catch {
    return false
  }
}
