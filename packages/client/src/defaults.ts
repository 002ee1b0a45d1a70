/** Long enough for a slow API call and some clock skew; short beside a token's usual 5 minutes. */
export const defaultMinValiditySeconds = 30

/** The BFF itself waits up to ten seconds for the provider, so the page waits a little longer. */
export const requestTimeoutMs = 15_000

/** How often a visible page looks whether something is due. Costs no request. */
export const heartbeatMs = 5000

/** A tunnel or a lift; whoever waits longer than this wants to be told. */
export const defaultOfflineWaitSeconds = 30

/** First and longest pause between attempts while the BFF cannot be reached. */
export const firstRetryMs = 2500
export const longestRetryMs = 60_000

/** Focus and visibility change often; once a minute is enough to notice an ended session. */
export const wakeCheckMs = 60_000

/** Several wake events come at once; while the BFF is out of reach one attempt a second will do. */
export const wakeRetryMs = 1000

/** Time to act before a session ends, for `sessionExpiring`. */
export const sessionWarningMs = 120_000

/** Rounding to seconds and the way of the answer move the end of a session by less than this. */
export const sameInstantMs = 5000
