/** One instant of a token, for people. */
export interface TokenTime {
  readonly claim: 'iat' | 'nbf' | 'exp' | 'auth_time'
  /** In UTC, such as `2027-01-15T08:00:00Z`. */
  readonly at: string
  /** From now, such as `in 5 minutes` or `3 hours ago`. */
  readonly relative: string
}

const units = [
  ['year', 31_557_600],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** Says how far away an instant is, in the two largest units that matter. */
const describeDistance = (seconds: number): string => {
  let rest = Math.floor(Math.abs(seconds))
  if (rest === 0) return 'now'
  const parts: string[] = []
  for (const [unit, length] of units) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`)
    // Of an hour and two seconds, the seconds are left out.
    if (parts.length === 2 || (parts.length === 1 && count === 0)) break
  }
  const distance = parts.join(' ')
  return seconds > 0 ? `in ${distance}` : `${distance} ago`
}

const largestInstant = 8.64e12

/** The instants among the claims that a calendar knows. */
export const readTimes = (
  claims: Readonly<Record<string, unknown>>,
  nowSeconds: number,
): readonly TokenTime[] =>
  (['iat', 'nbf', 'auth_time', 'exp'] as const).flatMap((claim) => {
    const value = claims[claim]
    if (typeof value !== 'number' || !(Math.abs(value) <= largestInstant)) return []
    const at = new Date(value * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
    return [{ claim, at, relative: describeDistance(value - nowSeconds) }]
  })
