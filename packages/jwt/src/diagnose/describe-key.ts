import { maximumRsaBits } from '../defaults.ts'
import { decodeToBytes, isBase64url } from '../token/base64url.ts'

type Members = Readonly<Record<string, unknown>>

const countBits = (text: unknown): number | undefined => {
  if (!isBase64url(text) || text.length > maximumRsaBits) return undefined
  const octets = decodeToBytes(text)
  const first = octets.findIndex((octet) => octet !== 0)
  return first === -1 ? 0 : (octets.length - first) * 8 - (Math.clz32(octets[first] ?? 0) - 24)
}

/** A name from outside, if it is a short and plain one. */
const nameOf = (value: unknown): string =>
  typeof value === 'string' && /^[\w.-]{1,32}$/.test(value) ? value : 'unknown'

/** Type and size or curve of a key, such as `RSA, 2048 bits`. Of a secret, nothing but its type. */
export const describeKey = (key: Members): string => {
  switch (key.kty) {
    case 'RSA': {
      const bits = countBits(key.n)
      return bits === undefined ? 'RSA' : `RSA, ${bits} bits`
    }
    case 'EC':
    case 'OKP':
      return `${key.kty}, ${nameOf(key.crv)}`
    case 'oct':
      return 'oct (secret)'
    default:
      return nameOf(key.kty)
  }
}
