import { defaults } from '../defaults.ts'

const { first, longest } = defaults.waitPausesMs

/**
 * How long to wait, in milliseconds, before each next look at what another process is doing: longer
 * from time to time, each at random up to half shorter, together no longer than anyone waits.
 */
export const waitPauses = function* (
  randomBytes: (size: number) => Uint8Array,
): Generator<number, void> {
  let waitedMs = 0
  let baseMs: number = first
  while (waitedMs < defaults.renewalWaitMs) {
    const pauseMs = baseMs * (1 - (randomBytes(1)[0] ?? 0) / 510)
    waitedMs += pauseMs
    baseMs = Math.min(baseMs * 1.5, longest)
    yield pauseMs
  }
}
