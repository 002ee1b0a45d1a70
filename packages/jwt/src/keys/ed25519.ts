import { decodeToBytes, isBase64url } from '../token/base64url.ts'

const octets = 32

/** True for the y-coordinates of points of small order: for these anyone can make signatures. */
const isSmallOrder = (y: bigint, p: bigint): boolean =>
  y <= 1n ||
  y === p - 1n ||
  y === 2707385501144840649318225287225658788936804267575313519463743609750303402022n ||
  y === 55188659117513257062467267217118295137698188065244968500265048394206261417927n

const toInteger = (littleEndian: Uint8Array): bigint =>
  littleEndian.reduceRight((value, octet) => value * 256n + BigInt(octet), 0n)

/** Says what is wrong with an Ed25519 public key, or `undefined` (RFC 8037, section 2). */
export const findEd25519Defect = (x: unknown): string | undefined => {
  if (!isBase64url(x) || x.length !== Math.ceil((octets * 4) / 3)) {
    return 'its x is not 32 octets of base64url'
  }
  const p = 2n ** 255n - 19n
  // The highest bit is the sign of the other coordinate (RFC 8032, section 5.1.2).
  const y = toInteger(decodeToBytes(x)) & (2n ** 255n - 1n)
  if (y >= p) return 'its x is not a canonical point'
  return isSmallOrder(y, p) ? 'its point is of small order' : undefined
}
