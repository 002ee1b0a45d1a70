import { isSameSecret } from '../compare-secrets.ts'
import { decodeToBytes, isBase64url } from '../token/base64url.ts'
import { encodeBytes } from '../token/encode-base64url.ts'

/** Octets of the family's name, of the secret, and of the MAC over both. */
export const familyIdBytes = 16
const secretBytes = 32
const macBytes = 16
const tokenBytes = familyIdBytes + secretBytes + macBytes
const tokenLength = Math.ceil((tokenBytes * 4) / 3)

/** A text that has the form of a refresh token, taken apart. */
export interface PresentedToken {
  readonly text: string
  readonly familyId: string
  /** What the MAC is over. */
  readonly body: Uint8Array<ArrayBuffer>
  readonly mac: string
  /** All that is ever stored of it: SHA-256, base64url. */
  readonly hash: string
}

/** SHA-256 of a refresh token; its 256 random bits need no slower hash. */
export const hashToken = async (text: string): Promise<string> => {
  const octets = new TextEncoder().encode(text)
  return encodeBytes(new Uint8Array(await crypto.subtle.digest('SHA-256', octets)))
}

const macOf = async (macKey: string, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', decodeToBytes(macKey), algorithm, false, [
    'sign',
  ])
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, body)).subarray(0, macBytes)
}

/**
 * Makes a refresh token: the family's name, 256 random bits, and a MAC (HMAC-SHA-256, RFC 2104, cut
 * to 128 bits) by a key that only the family's record holds.
 *
 * The MAC tells a replaced token, whose return is theft, from what anybody could make up for a
 * family's name, without a list of everything issued. Whoever can read the store could forge one,
 * and end a family with it; to use a family takes the random bits, of which only the hash is there.
 */
export const makeToken = async (
  { familyId, macKey }: { readonly familyId: string; readonly macKey: string },
  randomBytes: (size: number) => Uint8Array,
): Promise<string> => {
  const octets = new Uint8Array(tokenBytes)
  octets.set(decodeToBytes(familyId))
  octets.set(randomBytes(secretBytes), familyIdBytes)
  octets.set(await macOf(macKey, octets.slice(0, -macBytes)), tokenBytes - macBytes)
  return encodeBytes(octets)
}

/** Takes a refresh token apart; `undefined` for any text that cannot be one. */
export const parseToken = async (text: unknown): Promise<PresentedToken | undefined> => {
  if (typeof text !== 'string' || text.length !== tokenLength || !isBase64url(text))
    return undefined
  const octets = decodeToBytes(text)
  return {
    text,
    familyId: encodeBytes(octets.subarray(0, familyIdBytes)),
    body: octets.slice(0, -macBytes),
    mac: encodeBytes(octets.subarray(-macBytes)),
    hash: await hashToken(text),
  }
}

/** True when the token was issued for this family, at whatever time. */
export const isAuthentic = async (token: PresentedToken, macKey: string): Promise<boolean> =>
  isSameSecret(token.mac, encodeBytes(await macOf(macKey, token.body)))
