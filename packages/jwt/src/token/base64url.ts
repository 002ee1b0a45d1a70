const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

const charactersOnly = /^[A-Za-z0-9_-]*$/

/**
 * True when the last character leaves no unused bit set, so that no second text decodes to the
 * same octets. The text must consist of base64url characters already.
 */
export const hasCanonicalEnd = (text: string): boolean => {
  const remainder = text.length % 4
  if (remainder === 0) return true
  if (remainder === 1) return false
  const last = alphabet.indexOf(text.charAt(text.length - 1))
  return (last & (remainder === 2 ? 0b1111 : 0b11)) === 0
}

/** True for base64url without padding (RFC 7515, section 2), in its one canonical spelling. */
export const isBase64url = (text: unknown): text is string =>
  typeof text === 'string' && charactersOnly.test(text) && hasCanonicalEnd(text)

/** Decodes to a string of one character an octet. The text must be checked before. */
export const decodeToBinary = (text: string): string =>
  atob(text.replaceAll('-', '+').replaceAll('_', '/'))

const binaryToBytes = (binary: string): Uint8Array<ArrayBuffer> => {
  const octets = new Uint8Array(binary.length)
  for (let index = 0; index < binary.length; index += 1) octets[index] = binary.charCodeAt(index)
  return octets
}

/** Decodes to octets. The text must be checked before. */
export const decodeToBytes = (text: string): Uint8Array<ArrayBuffer> =>
  binaryToBytes(decodeToBinary(text))
