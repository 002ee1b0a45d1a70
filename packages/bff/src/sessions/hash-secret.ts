import { createHash } from 'node:crypto'

/** base64url SHA-256: what is stored in place of a secret. */
export const hashSecret = (secret: string): string =>
  createHash('sha256').update(secret).digest('base64url')
