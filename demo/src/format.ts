const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })
const instant = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

/** An amount of cents. */
export const formatMoney = (cents: number): string => money.format(cents / 100)

/** An ISO 8601 calendar date. */
export const formatDay = (date: string): string => day.format(new Date(date))

/** An instant in epoch milliseconds, in the reader's time zone. */
export const formatInstant = (at: number): string => instant.format(at)

/** A duration of a request. */
export const formatDuration = (durationMs: number): string =>
  durationMs < 1000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`

/** Seconds as m:ss. */
export const formatCountdown = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
