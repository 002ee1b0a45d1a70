import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** Makes the secrets of session cookies and knows its own again. */
export interface Secrets {
  /** A fresh secret for that session: 256 random bits with their MAC, base64url. */
  issue(sid: string): string
  /** Whether a secret was issued here for that session, at any time, while its key is kept. */
  isAuthentic(sid: string, secret: string): boolean
}

export interface SecretsOptions {
  /** base64url, 32 bytes or more each; the first makes, all recognise. */
  readonly keys: readonly string[]
  readonly randomBytes: (size: number) => Uint8Array
}

const randomSize = 32
const macSize = 16

/**
 * A session keeps the hashes of its latest secrets only. The MAC (HMAC-SHA-256, RFC 2104, cut to
 * 128 bits) is what tells an older secret of ours, whose return is theft, from what anybody could
 * make up for a sid that is public.
 */
export const createSecrets = ({ keys, randomBytes }: SecretsOptions): Secrets => {
  const derived = keys.map((key) =>
    Buffer.from(
      hkdfSync('sha256', Buffer.from(key, 'base64url'), '', 'coatcheck session secret MAC', 32),
    ),
  )
  const [issuingKey] = derived
  if (issuingKey === undefined) throw new TypeError('Secrets need a key.')

  // The sid has a fixed length, so no other sid and random part give the same text.
  const macOf = (key: Buffer, sid: string, random: Uint8Array) =>
    createHmac('sha256', key).update(sid).update(random).digest().subarray(0, macSize)

  return {
    issue: (sid) => {
      const random = randomBytes(randomSize)
      return Buffer.concat([random, macOf(issuingKey, sid, random)]).toString('base64url')
    },
    isAuthentic: (sid, secret) => {
      const bytes = Buffer.from(secret, 'base64url')
      const isCanonical = bytes.toString('base64url') === secret
      if (!isCanonical || bytes.length !== randomSize + macSize) return false
      const random = bytes.subarray(0, randomSize)
      const mac = bytes.subarray(randomSize)
      return derived.some((key) => timingSafeEqual(macOf(key, sid, random), mac))
    },
  }
}
