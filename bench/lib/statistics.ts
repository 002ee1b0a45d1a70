const sorted = (values: readonly number[]): readonly number[] => [...values].sort((a, b) => a - b)

/** The value below which that share of the others lies; the nearest one that was measured. */
export const quantile = (values: readonly number[], share: number): number => {
  const value = sorted(values)[Math.max(0, Math.ceil(values.length * share) - 1)]
  if (value === undefined) throw new RangeError('Nothing was measured.')
  return value
}

/** The middle one, or the mean of both middle ones. */
export const median = (values: readonly number[]): number => {
  const ordered = sorted(values)
  const half = Math.floor(ordered.length / 2)
  const [low, high] = ordered.length % 2 === 1 ? [half, half] : [half - 1, half]
  const [first, second] = [ordered[low], ordered[high]]
  if (first === undefined || second === undefined) throw new RangeError('Nothing was measured.')
  return (first + second) / 2
}

/** Two digits after the point, at most. */
export const rounded = (value: number): number => Math.round(value * 100) / 100
