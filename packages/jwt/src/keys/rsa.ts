import { maximumRsaBits, minimumRsaBits } from '../defaults.ts'
import { decodeToBytes, isBase64url } from '../token/base64url.ts'

const bitLength = (octets: Uint8Array): number => {
  const first = octets.findIndex((octet) => octet !== 0)
  if (first === -1) return 0
  return (octets.length - first) * 8 - (Math.clz32(octets[first] ?? 0) - 24)
}

const isOdd = (octets: Uint8Array): boolean => ((octets[octets.length - 1] ?? 0) & 1) === 1

const remainder = (octets: Uint8Array, divisor: number): number =>
  octets.reduce((rest, octet) => (rest * 256 + octet) % divisor, 0)

const smallPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
] as const

const isPowerOf65537 = (value: number, prime: number): boolean => {
  let power = 1
  do {
    if (power === value) return true
    power = (power * 65_537) % prime
  } while (power !== 1)
  return false
}

/**
 * Moduli of the flawed key generator known as ROCA (CVE-2017-15361): both primes, and so their
 * product, are powers of 65537 modulo every small prime. By chance that happens once in 2^27 keys.
 */
const isRocaModulus = (modulus: Uint8Array): boolean =>
  smallPrimes.every((prime) => isPowerOf65537(remainder(modulus, prime), prime))

/** Says what is wrong with a modulus of that many bits, or `undefined` (RFC 7518, section 3.3). */
export const findRsaSizeDefect = (bits: number): string | undefined => {
  if (bits < minimumRsaBits) return `its modulus has fewer than ${minimumRsaBits} bits`
  return bits > maximumRsaBits ? `its modulus has more than ${maximumRsaBits} bits` : undefined
}

/** Says what is wrong with a public exponent, or `undefined`. With 1, a signature is its message. */
export const findRsaExponentDefect = (exponent: Uint8Array): string | undefined => {
  const bits = bitLength(exponent)
  if (!isOdd(exponent) || bits < 2) return 'its exponent is not an odd number over 1'
  return bits > 64 ? 'its exponent is too large' : undefined
}

/** Says what is wrong with an RSA public key, or `undefined` (RFC 7518, section 6.3.1). */
export const findRsaJwkDefect = (n: unknown, e: unknown): string | undefined => {
  if (!isBase64url(n) || !isBase64url(e)) return 'its n or e is not base64url'
  // Longer text is refused before it is decoded.
  if (n.length > maximumRsaBits / 6 + 8 || e.length > 64) return 'its n or e is too long'
  const modulus = decodeToBytes(n)
  const defect = findRsaSizeDefect(bitLength(modulus)) ?? findRsaExponentDefect(decodeToBytes(e))
  if (defect !== undefined) return defect
  if (!isOdd(modulus)) return 'its modulus is even'
  return isRocaModulus(modulus) ? 'its modulus comes from a broken key generator (ROCA)' : undefined
}
