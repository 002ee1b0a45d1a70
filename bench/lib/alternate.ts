import { median } from './statistics.ts'

/** One thing to measure; resolves to what one round of it yields, e.g. answers a second. */
export interface Contestant {
  readonly name: string
  readonly round: () => Promise<number>
}

/** What every contestant yielded, by name, round by round. */
export type Rounds = ReadonlyMap<string, readonly number[]>

export interface AlternateOptions {
  readonly rounds: number
  /** Rounds before that do not count: code is compiled, caches fill. */
  readonly warmUp: number
}

/**
 * Lets all have their turn in every round, so that whatever else the machine has to do meets all
 * alike, and in another order each time, so that nobody always follows the same one.
 */
export const alternate = async (
  contestants: readonly Contestant[],
  { rounds, warmUp }: AlternateOptions,
): Promise<Rounds> => {
  const yields = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  for (let round = -warmUp; round < rounds; round += 1) {
    const start = (round + warmUp) % contestants.length
    for (const contestant of [...contestants.slice(start), ...contestants.slice(0, start)]) {
      const value = await contestant.round()
      if (round >= 0) yields.get(contestant.name)?.push(value)
    }
  }
  return yields
}

/** The median over the rounds of what one yielded in relation to the other in the same round. */
export const medianRatio = (rounds: Rounds, name: string, other: string): number => {
  const others = rounds.get(other) ?? []
  const ratios = (rounds.get(name) ?? []).map((value, round) => value / (others[round] ?? 0))
  return median(ratios)
}
