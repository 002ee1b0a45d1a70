import { decodeToBytes, isBase64url } from '../token/base64url.ts'

/** Domain parameters of one NIST curve y² = x³ - 3x + b over a prime field (FIPS 186-5). */
interface Curve {
  readonly octets: number
  readonly p: bigint
  readonly b: bigint
}

const curveOf = (crv: unknown): Curve | undefined => {
  switch (crv) {
    case 'P-256':
      return {
        octets: 32,
        p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
        b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
      }
    case 'P-384':
      return {
        octets: 48,
        p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
        b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
      }
    case 'P-521':
      return {
        octets: 66,
        p: 2n ** 521n - 1n,
        b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
      }
    default:
      return undefined
  }
}

const toInteger = (octets: Uint8Array): bigint =>
  octets.reduce((value, octet) => value * 256n + BigInt(octet), 0n)

const isOnCurve = (x: bigint, y: bigint, { p, b }: Curve): boolean =>
  x < p && y < p && (y * y - (x * x * x - 3n * x + b)) % p === 0n

/** Says what is wrong with an EC public key, or `undefined` (RFC 7518, section 6.2.1). */
export const findEcDefect = (crv: unknown, x: unknown, y: unknown): string | undefined => {
  const curve = curveOf(crv)
  if (curve === undefined) return 'its curve is not supported'
  const textLength = Math.ceil((curve.octets * 4) / 3)
  const isFullLength = (value: unknown): value is string =>
    isBase64url(value) && value.length === textLength
  if (!isFullLength(x) || !isFullLength(y)) return 'its coordinates are not of the full length'
  const isPoint = isOnCurve(toInteger(decodeToBytes(x)), toInteger(decodeToBytes(y)), curve)
  return isPoint ? undefined : 'its point is not on its curve'
}
