/**
 * Pauses between attempts: the first, doubled up to the longest, each lengthened by chance. No
 * shorter than what the BFF asks for while its store is away.
 */
export const firstPauseMs = 5000
export const longestPauseMs = 120_000

/** Three heartbeats of the BFF. A connection that is silent for longer is dead. */
export const silenceMs = 60_000

/** Events are a line or two; whoever sends more without an end is no BFF, and is not kept. */
export const maximumEventLength = 8192
