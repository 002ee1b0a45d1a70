import { longestPauseMs } from '../defaults.ts'

/**
 * How long to wait before a locked database is tried again: whole milliseconds, from one on
 * doubled; at least half of that, the rest by chance.
 */
export const pauseAfter = (refusals: number, random: () => number): number =>
  Math.ceil(Math.min(longestPauseMs, 2 ** refusals) * (0.5 + random() / 2))
