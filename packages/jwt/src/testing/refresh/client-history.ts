import { createHash } from 'node:crypto'
import { createMemoryStore, type Store } from '@coatcheck/store'
import {
  createRefreshTokens,
  type RefreshTokens,
} from '../../refresh-tokens/create-refresh-tokens.ts'
import type { RotateOutcome } from '../../refresh-tokens/outcomes.ts'
import type { MakeAccessToken } from '../../refresh-tokens/refresh-grant.ts'
import { client, pairOf, startAt, subject } from './family-harness.ts'

/** What came of one client with several workers over a few hours. */
export interface ClientHistory {
  /** Refusals that an honest client met. */
  readonly alarms: readonly string[]
  readonly calls: number
  /** Uses that were answered with a successor made before. */
  readonly repeats: number
  /** Answers that never arrived. */
  readonly lost: number
  /** Every refresh token that was ever answered, oldest first, whether it arrived or not. */
  readonly sent: readonly string[]
  /** What the client holds in the end. */
  readonly held: string
  readonly familyId: string
  readonly store: Store
  readonly now: () => number
}

/** Chances that are the same in every run of one seed. */
const createChance = (seed: number) => {
  let drawn = 0
  const next = (): number => {
    drawn += 1
    return createHash('sha1').update(`${seed} ${drawn}`).digest().readUInt32BE() / 2 ** 32
  }
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return { between, isOneIn: (odds: number) => next() * odds < 1 }
}

type Chance = ReturnType<typeof createChance>

type Event =
  | { readonly kind: 'send'; readonly token?: string }
  | { readonly kind: 'arrive'; readonly token: string }
  | { readonly kind: 'deliver'; readonly token: string }

interface Planned {
  readonly at: number
  readonly event: Event
}

/** Lets whoever else is at work go first for a while, so that uses interleave in every order. */
const createJitteryStore = (store: Store, chance: Chance): Store => {
  const wait = async () => {
    for (let turn = chance.between(0, 6); turn > 0; turn -= 1) await undefined
  }
  const run = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await wait()
    const result = await work()
    await wait()
    return result
  }
  return {
    ...store,
    get: (key) => run(() => store.get(key)),
    swap: (key, version, next) => run(() => store.swap(key, version, next)),
  }
}

/** How long a message is under way: mostly little, at times almost as long as a refresh lasts. */
const transit = (chance: Chance): number =>
  chance.isOneIn(5) ? chance.between(1_000, 250_000) : chance.between(5, 300)

/** Every few minutes one worker, or several at a time, find the access token due. */
const planBursts = (chance: Chance): Planned[] => {
  const plan: Planned[] = []
  let at = startAt
  for (let burst = chance.between(4, 9); burst > 0; burst -= 1) {
    at += chance.between(600_000, 3_600_000)
    const workers = chance.isOneIn(2) ? 1 : chance.between(2, 6)
    for (let worker = 0; worker < workers; worker += 1) plan.push({ at, event: { kind: 'send' } })
  }
  return plan
}

/** Takes everything off the plan that happens next, at one instant and of one kind. */
const takeNext = (plan: Planned[]): readonly [Planned, ...Planned[]] | undefined => {
  plan.sort((a, b) => a.at - b.at)
  const first = plan.shift()
  if (first === undefined) return undefined
  const together: [Planned, ...Planned[]] = [first]
  while (plan[0]?.at === first.at && plan[0].event.kind === first.event.kind) {
    together.push(...plan.splice(0, 1))
  }
  return together
}

const createProcesses = (store: Store, now: () => number): readonly RefreshTokens[] =>
  // Three machines whose clocks do not quite agree.
  [0, 400, -400].map((offsetMs) =>
    createRefreshTokens({ store, now: () => now() + offsetMs, absoluteSeconds: 86_400 }),
  )

/** Plays one client against three processes that share a store. The seed decides everything. */
export const playClient = async (seed: number): Promise<ClientHistory> => {
  const chance = createChance(seed)
  let time = startAt
  const now = () => time
  const store = createMemoryStore({ now })
  const processes = createProcesses(createJitteryStore(store, chance), now)
  const pick = () => processes[chance.between(0, 2)] as RefreshTokens
  const makeAccessToken: MakeAccessToken = async () => {
    const expiresAt = Math.floor(time / 1000) + 600
    return { token: 'access', issuer: 'https://issuer.example', jwtId: `${time}`, expiresAt }
  }
  const first = pairOf(await pick().issue({ subject, clientId: client, makeAccessToken }))
  let held = first.token
  let lost = 0
  const sent = new Set([held])
  const outcomes: RotateOutcome[] = []
  const plan = planBursts(chance)

  const send = (at: number, retried: string | undefined) => {
    // A worker whose answer got lost finds what another one received meanwhile.
    if (retried !== undefined && retried !== held) return
    const underWayMs = retried === undefined && chance.isOneIn(2) ? transit(chance) : 20
    plan.push({ at: at + underWayMs, event: { kind: 'arrive', token: held } })
  }

  const answer = (at: number, token: string, outcome: RotateOutcome) => {
    outcomes.push(outcome)
    if (outcome.kind === 'refused') return
    sent.add(outcome.token)
    if (chance.isOneIn(4)) {
      lost += 1
      plan.push({ at: at + chance.between(1_000, 30_000), event: { kind: 'send', token } })
      return
    }
    plan.push({ at: at + transit(chance), event: { kind: 'deliver', token: outcome.token } })
  }

  const work = async ({ at, event }: Planned): Promise<void> => {
    if (event.kind === 'send') return send(at, event.token)
    if (event.kind === 'deliver') {
      held = event.token
      return
    }
    const use = { token: event.token, clientId: client, makeAccessToken }
    answer(at, event.token, await pick().rotate(use))
  }

  for (let next = takeNext(plan); next !== undefined; next = takeNext(plan)) {
    time = next[0].at
    await Promise.all(next.map(work))
  }
  time += 600_000
  outcomes.push(await pick().rotate({ token: held, clientId: client }))
  return {
    alarms: outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.reason] : [])),
    calls: outcomes.length,
    repeats: outcomes.filter(({ kind }) => kind === 'repeated').length,
    lost,
    sent: [...sent],
    held,
    familyId: first.grant.familyId,
    store,
    now,
  }
}
