import { maximumRsaBits } from '../defaults.ts'
import { decodeToBytes, isBase64url } from '../token/base64url.ts'
import type { Jwk } from './jwk.ts'

const toInteger = (text: string): bigint =>
  decodeToBytes(text).reduce((value, octet) => value * 256n + BigInt(octet), 0n)

const isBounded = (value: unknown): value is string =>
  isBase64url(value) && value !== '' && value.length <= maximumRsaBits / 6 + 8

/**
 * Says what is wrong with the private members of an RSA key, or `undefined` (RFC 8017, section 3.2).
 * The platform does not look: it signs with some members and corrects itself with the others.
 */
export const findRsaPrivateDefect = (jwk: Jwk): string | undefined => {
  const texts = [jwk.n, jwk.e, jwk.d, jwk.p, jwk.q, jwk.dp, jwk.dq, jwk.qi]
  if (jwk.oth !== undefined) return 'it has more than two primes'
  if (!texts.every(isBounded)) return 'its d, p, q, dp, dq or qi is missing or not base64url'
  const [n = 0n, e = 0n, d = 0n, p = 0n, q = 0n, dp, dq, qi = 0n] = texts.map(toInteger)
  if (p < 3n || q < 3n || p === q || p * q !== n) return 'its primes do not make its modulus'
  const isInverse = (e * d) % (p - 1n) === 1n && (e * d) % (q - 1n) === 1n
  const isConsistent = dp === d % (p - 1n) && dq === d % (q - 1n) && (qi * q) % p === 1n
  return isInverse && isConsistent ? undefined : 'its private members contradict each other'
}
