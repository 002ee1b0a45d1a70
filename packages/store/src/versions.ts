import { randomBytes } from 'node:crypto'

/** Length of every version in characters; the Redis scripts count on it. */
export const versionLength = 22

/**
 * A version no other write will ever have: 128 random bits, so that processes which know nothing of
 * each other never agree by accident, not even over a key that was deleted and made again.
 */
export const createVersion = (): string => randomBytes(16).toString('base64url')
