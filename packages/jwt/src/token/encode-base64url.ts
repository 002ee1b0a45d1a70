// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with control characters
const ascii = /^[\x00-\x7f]*$/

const encodeBinary = (binary: string): string =>
  btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/** Encodes octets as base64url without padding (RFC 7515, section 2). For short values. */
export const encodeBytes = (octets: Uint8Array): string => {
  let binary = ''
  for (const octet of octets) binary += String.fromCharCode(octet)
  return encodeBinary(binary)
}

/** Encodes text, as UTF-8, as base64url without padding (RFC 7515, section 2). */
export const encodeText = (text: string): string =>
  ascii.test(text) ? encodeBinary(text) : encodeBytes(new TextEncoder().encode(text))
