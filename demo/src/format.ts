const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' })
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })
const instant = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })
const ago = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** An amount of cents. */
export const formatMoney = (cents: number): string => money.format(cents / 100)

/** An ISO 8601 calendar date. */
export const formatDay = (date: string): string => day.format(new Date(date))

/** An instant in epoch milliseconds, in the reader's time zone. */
export const formatInstant = (at: number): string => instant.format(at)

/** How long ago an instant in epoch milliseconds was, to the minute, hour or day. */
export const formatAgo = (at: number, now: number = Date.now()): string => {
  const minutes = Math.round((at - now) / 60_000)
  // The clocks of server and reader may differ a little.
  if (minutes >= 0) return 'just now'
  if (minutes > -60) return ago.format(minutes, 'minute')
  const hours = Math.round(minutes / 60)
  return hours > -24 ? ago.format(hours, 'hour') : ago.format(Math.round(hours / 24), 'day')
}

/** A duration of a request. */
export const formatDuration = (durationMs: number): string =>
  durationMs < 1000 ? `${Math.round(durationMs)} ms` : `${(durationMs / 1000).toFixed(1)} s`

/** Seconds as m:ss. */
export const formatCountdown = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
