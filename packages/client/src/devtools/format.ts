const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** Words a duration by its two largest units, such as `4 min 12 s`. */
export const formatDuration = (milliseconds: number): string => {
  if (milliseconds < 1000) return milliseconds > 0 ? 'under 1 s' : 'over'
  const first = units.findIndex(([, size]) => milliseconds >= size)
  let left = milliseconds
  return units
    .slice(first, first + 2)
    .map(([name, size]) => {
      const count = Math.floor(left / size)
      left -= count * size
      return count > 0 ? `${count} ${name}` : ''
    })
    .filter(Boolean)
    .join(' ')
}

/** Words an instant as the time of day, by the user's clock. */
export const formatTime = (at: number): string =>
  new Date(at).toLocaleTimeString(undefined, { hour12: false })

/** Words a name of the SDK, such as `tokenRenewed`, for reading. */
export const formatName = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
