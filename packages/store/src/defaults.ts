/** Longest key in characters: fits every database's index and leaves room for a prefix. */
export const maximumKeyLength = 512

/**
 * How often the memory and SQLite stores look for expired entries, in milliseconds of their clock:
 * an expired entry is never served, this only bounds how long its space is held.
 */
export const sweepIntervalMs = 60_000

/** Rows removed by one sweep: a few milliseconds of the write lock, also after a quiet week. */
export const sweepBatchSize = 500

/**
 * How long SQLite waits for another process's write, in milliseconds. Writes take well under a
 * millisecond, so this is met only when a process was stopped while it held the lock.
 */
export const busyTimeoutMs = 5_000

/**
 * Longest pause before a locked SQLite file is tried again, in milliseconds: a try costs 10 µs, and
 * who tries rarely finds the gap between the writes of others rarely.
 */
export const longestPauseMs = 25

/** How long SQLite works off what has piled up before other work has its turn, in milliseconds. */
export const turnMs = 10

/** The longest time a timer of Node can be set to, in milliseconds; a longer one ends at once. */
export const longestTimerMs = 2_147_483_647

/** How often SQLite looks for messages of other processes, in milliseconds; one look costs 3 µs. */
export const pollIntervalMs = 50

/** How long a message stays for processes that look late, in milliseconds of the clock. */
export const messageRetentionMs = 60_000

/** Messages read at once: bounds the memory of a reader that was stopped for a while. */
export const messageBatchSize = 500

/** SQLite's page in bytes: a session of 2.5 kB then needs no overflow page. */
export const pageSizeBytes = 8_192

/** How much of the file SQLite may map into memory, in bytes; reads gain most from it. */
export const mappedBytes = 268_435_456

/** Put before every key and channel name, so that a Redis server may be shared. */
export const redisPrefix = 'coatcheck:'

/** How long a Redis command may take before it counts as unanswered, in milliseconds. */
export const redisTimeoutMs = 2_000

/**
 * How long Redis keeps an entry past its expiry, in milliseconds. Expiry is judged by the clock of
 * the processes; without this, a Redis server whose clock runs ahead would end entries early.
 */
export const redisClockSlackMs = 60_000

/**
 * How long a write waits for replicas once one has waited in vain, in milliseconds: enough for a
 * replica that is there, and little enough that reads over the same connection go on.
 */
export const missingReplicasWaitMs = 50
