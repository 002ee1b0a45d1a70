import type { InteropAlgorithm, Peer } from './question.ts'

/** One direction of one peer: what was expected and what came, by the token's `id`. */
export interface Direction {
  readonly peer: Peer
  readonly name: string
  readonly judge: 'we' | 'they'
  readonly verdicts: Readonly<Record<string, string>>
  /** Every token that was tried. */
  readonly ids: readonly string[]
}

/** What we answer each kind of token; of others only that they refuse all but the first. */
const ourVerdicts: ReadonlyMap<string, string> = new Map([
  ['good', 'accepted'],
  ['wrong aud', 'claim_mismatch'],
  ['wrong iss', 'claim_mismatch'],
  ['expired', 'token_expired'],
  ['another typ', 'typ_mismatch'],
  // Its signature is empty, so it does not get as far as its algorithm.
  ['alg none', 'token_malformed'],
])

const isRight = ({ judge, verdicts }: Direction, id: string): boolean => {
  const verdict = verdicts[id]
  const kind = id.slice(id.indexOf(' ') + 1)
  if (judge === 'we') return verdict === ourVerdicts.get(kind)
  return verdict !== undefined && (verdict === 'accepted') === (kind === 'good')
}

/** Every token that was judged wrongly, in words. */
export const findFaults = (direction: Direction): readonly string[] =>
  direction.ids
    .filter((id) => !isRight(direction, id))
    .map((id) => `${direction.name}: ${id}: ${direction.verdicts[id] ?? 'no verdict'}`)

const cellOf = (direction: Direction, alg: InteropAlgorithm): string => {
  if (!direction.peer.algorithms.includes(alg)) return '-'
  const own = direction.ids.filter((id) => id.startsWith(`${alg} `))
  const right = own.filter((id) => isRight(direction, id))
  return `${right.length === own.length ? 'ok' : 'FAIL'} ${right.length}/${own.length}`
}

/** A table of how many tokens of each algorithm were judged rightly. */
export const renderTable = (
  directions: readonly Direction[],
  algorithms: readonly InteropAlgorithm[],
): string => {
  const rows = [
    ['', ...algorithms],
    ...directions.map((direction) => [
      direction.name,
      ...algorithms.map((alg) => cellOf(direction, alg)),
    ]),
  ]
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
