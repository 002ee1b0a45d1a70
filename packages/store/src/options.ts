import { StoreError } from './errors.ts'

/** Edits that turn one word into the other: letters added, dropped or replaced. */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (row[column - 1] ?? 0) + (to[column - 1] === letter ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

const nearest = (word: string, known: readonly string[]): string | undefined =>
  known.toSorted((one, other) => distance(word, one) - distance(word, other))[0]

/** Refuses options this version does not know, by name: a typo must not become a default. */
export const checkKnown = (options: object, known: readonly string[]): void => {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new StoreError(
      'store_misused',
      `Unknown option "${name}"; did you mean "${nearest(name, known)}"?`,
    )
  }
}

/** Refuses a number option that is not a whole number of at least `least`. */
export const checkWhole = (name: string, value: number, least: number): void => {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new StoreError('store_misused', `"${name}" is a whole number of at least ${least}.`)
  }
}
