import { createHash } from 'node:crypto'

/** How a client names a token that an API refused. */
export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('base64url')
