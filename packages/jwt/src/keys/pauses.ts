/** When the key server may be asked again; made by {@link createPauses}. */
export interface Pauses {
  /** True after a fetch failed and until one succeeds. */
  isFailing(): boolean
  failed(): void
  succeeded(): void
  /** True when the pause after the last failure is over. */
  isRetryDue(): boolean
  /** True when an unknown name may be asked for; if so, the next pause begins. */
  takeMiss(): boolean
  /** Seconds until the pause after the last failure is over, at least 1. */
  retryAfterSeconds(): number
}

const firstPauseMs = 1000

/**
 * Keeps the key server from being stormed: after failures the pause doubles from a second up to
 * the cool-down, and unknown names are asked for once in a cool-down.
 */
export const createPauses = (now: () => number, cooldownMs: number): Pauses => {
  let failures = 0
  let retryAt = 0
  let missAllowedAt = 0

  // No pause is longer than the cool-down, so a clock that was set back cannot prolong one.
  const msUntil = (instant: number): number => {
    const left = instant - now()
    return left > cooldownMs ? 0 : left
  }

  return {
    isFailing: () => failures > 0,
    failed: () => {
      failures += 1
      retryAt = now() + Math.min(cooldownMs, firstPauseMs * 2 ** Math.min(failures - 1, 16))
    },
    succeeded: () => {
      failures = 0
    },
    isRetryDue: () => msUntil(retryAt) <= 0,
    takeMiss: () => {
      if (msUntil(missAllowedAt) > 0) return false
      missAllowedAt = now() + cooldownMs
      return true
    },
    retryAfterSeconds: () => Math.max(1, Math.ceil(msUntil(retryAt) / 1000)),
  }
}
