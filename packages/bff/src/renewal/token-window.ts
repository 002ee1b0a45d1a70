import { defaults } from '../defaults.ts'
import type { AccessToken } from '../sessions/token-set.ts'

/** Whether a stored token can be handed out now, and whether a new one should be fetched. */
export type TokenWindow =
  /** Hand it out. */
  | 'fresh'
  /** Hand it out and renew it in the background. */
  | 'soft'
  /** Renew it before anything is handed out. */
  | 'hard'

export interface WindowQuestion {
  readonly now: number
  /** What the caller needs; capped at half the token's life. */
  readonly minValiditySeconds: number
}

/** Milliseconds the token has left. */
export const remainingMs = (token: AccessToken, now: number): number => token.expiresAt - now

export const tokenWindow = (
  token: AccessToken | undefined,
  { now, minValiditySeconds }: WindowQuestion,
): TokenWindow => {
  if (token === undefined) return 'hard'
  const lifeMs = token.expiresAt - token.obtainedAt
  const neededMs = Math.max(minValiditySeconds, defaults.hardWindowSeconds) * 1000
  const leftMs = remainingMs(token, now)
  if (leftMs <= Math.min(neededMs, lifeMs / 2)) return 'hard'
  return leftMs <= lifeMs * defaults.softWindowShare ? 'soft' : 'fresh'
}
