import { hash } from 'node:crypto'

/** base64url SHA-256: what is stored in place of a secret. */
export const hashSecret = (secret: string): string => hash('sha256', secret, 'base64url')
