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
  /** From 0 to 1: how much earlier than others this session's soft window begins. */
  readonly spread: number
}

/** Of base64url, least first (RFC 4648, section 5). */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same for every process and call, and as evenly spread as the sids, which are random. */
export const spreadOf = (sid: string): number => {
  const [first, second] = [digits.indexOf(sid.charAt(0)), digits.indexOf(sid.charAt(1))]
  return Math.max(0, (first << 2) | (second >> 4)) / 255
}

/** Milliseconds the token has left. */
export const remainingMs = (token: AccessToken, now: number): number => token.expiresAt - now

export const tokenWindow = (
  token: AccessToken | undefined,
  { now, minValiditySeconds, spread }: WindowQuestion,
): TokenWindow => {
  if (token === undefined) return 'hard'
  const lifeMs = token.expiresAt - token.obtainedAt
  const neededMs = Math.max(minValiditySeconds, defaults.hardWindowSeconds) * 1000
  const leftMs = remainingMs(token, now)
  if (leftMs <= Math.min(neededMs, lifeMs / 2)) return 'hard'
  const softShare = defaults.softWindowShare + spread * defaults.softWindowSpread
  return leftMs <= lifeMs * softShare ? 'soft' : 'fresh'
}
