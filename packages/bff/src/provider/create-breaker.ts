import { defaults } from '../defaults.ts'
import type { Log } from '../log.ts'
import type { RefreshAnswer } from './request-refresh.ts'

/** Spares a provider that is down, and the users who would wait for it. */
export interface Breaker {
  /**
   * Asks the provider, or answers at once that it is down. After a row of outages it answers so for
   * a short time, then lets a single caller through to see.
   */
  call(ask: () => Promise<RefreshAnswer>): Promise<RefreshAnswer>
}

export interface BreakerOptions {
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
  readonly log: Log
}

const { breakerFailures, breakerOpenMs } = defaults

/** Half to one and a half times the open time: many processes must not probe in step. */
const jittered = (randomBytes: BreakerOptions['randomBytes']): number =>
  breakerOpenMs * (0.5 + (randomBytes(1)[0] ?? 0) / 255)

const isOutage = (answer: RefreshAnswer): boolean =>
  answer.kind === 'failed' && answer.code === 'provider_unavailable'

export const createBreaker = ({ now, randomBytes, log }: BreakerOptions): Breaker => {
  let failures = 0
  let openedAt = 0
  let openMs = 0
  let isProbing = false

  const note = (answer: RefreshAnswer): void => {
    // Nothing was asked, so nothing was learned.
    if (answer.kind === 'withheld') return
    failures = isOutage(answer) ? failures + 1 : 0
    if (failures < breakerFailures) return
    openedAt = now()
    openMs = jittered(randomBytes)
    if (failures > breakerFailures) return
    log.warn({ event: 'provider.down', failures }, 'The provider is down; it is asked less often.')
  }

  const leftMs = (): number => {
    const passedMs = now() - openedAt
    // A clock that was set back must not keep it open.
    return passedMs < 0 ? 0 : openMs - passedMs
  }

  const refusal = (): RefreshAnswer => ({
    kind: 'failed',
    code: 'provider_unavailable',
    retryAfterSeconds: Math.max(1, Math.ceil(leftMs() / 1000)),
  })

  return {
    call: async (ask) => {
      const isProbe = failures >= breakerFailures
      if (isProbe && (isProbing || leftMs() > 0)) return refusal()
      if (isProbe) isProbing = true
      try {
        const answer = await ask()
        note(answer)
        return answer
      } finally {
        if (isProbe) isProbing = false
      }
    },
  }
}
