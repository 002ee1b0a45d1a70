import { createHash, timingSafeEqual } from 'node:crypto'

/** base64url SHA-256: what is stored in place of a secret. */
export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url')

/** Whether `secret` is the one behind `secretHash`, in constant time. */
export const isSecretOf = (secretHash: string, secret: string): boolean => {
  const expected = Buffer.from(secretHash)
  const actual = Buffer.from(hashSecret(secret))
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
