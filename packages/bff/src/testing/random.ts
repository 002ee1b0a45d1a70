/** Numbers that look random and are the same in every run of one seed (mulberry32). */
export interface Random {
  /** At least 0, below 1. */
  next(): number
  /** A whole number between both, both included. */
  between(from: number, to: number): number
  isOneIn(chance: number): boolean
  pick<T>(values: readonly T[]): T
}

export const createRandom = (seed: number): Random => {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    isOneIn: (chance) => next() * chance < 1,
    pick: (values) => values[Math.floor(next() * values.length)] as (typeof values)[number],
  }
}
