/** Longest key in characters: fits every database's index and leaves room for a prefix. */
export const maximumKeyLength = 512

/**
 * How often the memory store looks for expired entries, in milliseconds of its clock: an expired
 * entry is never served, this only bounds how long its memory is held.
 */
export const sweepIntervalMs = 60_000
