import type { Entry } from './create-timeline.ts'

/** What a request was to the one before it. */
export type Label =
  | 'refused'
  | 'renewing'
  | 'renewed'
  | 'unchanged'
  | 'failed'
  | 'replayed'
  /** The answer to "who is logged in?" brought the first token along. */
  | 'with token'

/** One request with its part in the story. */
export interface Step {
  readonly entry: Entry
  readonly label: Label | undefined
}

/** How a refusal ended. */
export type ChainOutcome = 'running' | 'mended' | 'unmended'

/** What the timeline shows as one: a request by itself, or a refusal with all that followed. */
export type TimelineItem =
  | { readonly kind: 'single'; readonly id: number; readonly step: Step }
  | {
      readonly kind: 'chain'
      readonly id: number
      readonly steps: readonly Step[]
      readonly outcome: ChainOutcome
    }

interface Chain {
  readonly id: number
  readonly refused: Entry[]
  readonly replayed: Entry[]
  readonly steps: Step[]
  renewal: Entry | undefined
}

const isPending = ({ outcome }: Entry): boolean => outcome.kind === 'pending'

const isRefusal = ({ party, outcome }: Entry): boolean =>
  party === 'API' && outcome.kind === 'answered' && outcome.status === 401

/** When a request was over; never, as long as it is not. */
export const endOf = ({ startedAt, outcome }: Entry): number =>
  outcome.kind === 'pending' ? Number.POSITIVE_INFINITY : startedAt + outcome.durationMs

const isTokenRequest = ({ party, path }: Entry): boolean =>
  party === 'BFF' && /\/(token|session)$/.test(path)

const labelRenewal = (entry: Entry): Label => {
  const { outcome, broughtToken } = entry
  if (outcome.kind === 'pending') return 'renewing'
  if (broughtToken) return 'renewed'
  return outcome.kind === 'answered' && outcome.status === 200 ? 'unchanged' : 'failed'
}

/** Without a refusal before it: the page was loaded, or the client looks ahead. */
const labelSingle = (entry: Entry): Label | undefined => {
  if (!isTokenRequest(entry)) return undefined
  if (entry.path.endsWith('/token')) return labelRenewal(entry)
  return entry.broughtToken ? 'with token' : undefined
}

const awaitsReplay = ({ refused, replayed }: Chain, entry: Entry): boolean => {
  const isSame = ({ method, path }: Entry) => method === entry.method && path === entry.path
  return refused.filter(isSame).length > replayed.filter(isSame).length
}

/** Puts a request where it belongs and tells whether it belongs there at all. */
const join = (chain: Chain, entry: Entry): boolean => {
  const { renewal, refused, replayed, steps } = chain
  const isAfter = (earlier: Entry) => entry.startedAt >= endOf(earlier)
  if (renewal === undefined && isTokenRequest(entry) && refused.some(isAfter)) {
    chain.renewal = entry
    steps.push({ entry, label: labelRenewal(entry) })
    return true
  }
  if (renewal?.broughtToken && isAfter(renewal) && awaitsReplay(chain, entry)) {
    replayed.push(entry)
    steps.push({ entry, label: 'replayed' })
    return true
  }
  // Refused at the same time: the same renewal serves them all.
  if (isRefusal(entry) && !isAfter(renewal ?? refused[0] ?? entry)) {
    refused.push(entry)
    steps.push({ entry, label: 'refused' })
    return true
  }
  return false
}

const outcomeOf = ({ renewal, refused, replayed }: Chain): ChainOutcome => {
  if (renewal === undefined || isPending(renewal)) return 'running'
  if (!renewal.broughtToken || replayed.some(isRefusal)) return 'unmended'
  return replayed.length < refused.length || replayed.some(isPending) ? 'running' : 'mended'
}

const startChain = (entry: Entry): Chain => ({
  id: entry.id,
  refused: [entry],
  replayed: [],
  steps: [{ entry, label: 'refused' }],
  renewal: undefined,
})

/**
 * Finds the stories in a list of requests: an API's 401, the renewal it led to, and the replay.
 * Everything else stands by itself.
 */
export const groupEntries = (entries: readonly Entry[]): readonly TimelineItem[] => {
  const found: (Chain | Entry)[] = []
  let chain: Chain | undefined
  for (const entry of entries) {
    if (chain !== undefined && join(chain, entry)) continue
    if (isRefusal(entry)) chain = startChain(entry)
    found.push(isRefusal(entry) && chain !== undefined ? chain : entry)
  }
  return found.map((item) =>
    'steps' in item
      ? { kind: 'chain', id: item.id, steps: item.steps, outcome: outcomeOf(item) }
      : { kind: 'single', id: item.id, step: { entry: item, label: labelSingle(item) } },
  )
}
