import { createMemoryStore, type Store } from '@coatcheck/store'
import { createRandom, type Random } from './random.ts'
import { createSessionProcess, type SessionCall, type SessionProcess } from './session-process.ts'

export interface HistoryOptions {
  readonly seed: number
  /** Default 600. */
  readonly secretRotationSeconds?: number
}

/** What came of one browser with several tabs over a few hours. */
export interface History {
  /**
   * Answers that told the user of an untouched session that it is over, or asked a tab to come again
   * and again.
   */
  readonly alarms: readonly SessionCall[]
  readonly calls: number
  /** Requests that slept for longer than the grace and were asked to come again. */
  readonly lates: number
  /** Every cookie the browser was ever sent, oldest first, whether it arrived or not. */
  readonly sent: readonly string[]
  /** What the browser holds in the end. */
  readonly jar: string
  readonly store: Store
  readonly now: () => number
  readonly sealingKeys: readonly string[]
}

type Event =
  | { readonly kind: 'send'; readonly attempt: number }
  | {
      readonly kind: 'arrive'
      readonly cookie: string
      readonly slide: boolean
      readonly attempt: number
    }
  | { readonly kind: 'deliver'; readonly cookie: string }

interface Planned {
  readonly at: number
  readonly event: Event
}

/** How often a tab comes again before its user notices. */
const patience = 3

const startedAt = 1_800_000_000_000
const sealingKeys = [Buffer.alloc(32, 5).toString('base64url')]

/** Lets whoever else is at work go first for a while, so that calls interleave in every order. */
const createJitteryStore = (store: Store, random: Random): Store => {
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let turn = random.between(0, 4); turn > 0; turn -= 1) await undefined
    const result = await work()
    for (let turn = random.between(0, 4); turn > 0; turn -= 1) await undefined
    return result
  }
  return {
    ...store,
    get: (key) => run(() => store.get(key)),
    swap: (key, version, entry) => run(() => store.swap(key, version, entry)),
    touch: (key, expiresAt) => run(() => store.touch(key, expiresAt)),
  }
}

/** How long a message is under way, in milliseconds: mostly little, at times almost ten minutes. */
const transit = (random: Random): number => {
  const kind = random.next()
  if (kind < 0.8) return random.between(5, 300)
  return kind < 0.92 ? random.between(1_000, 55_000) : random.between(60_000, 590_000)
}

/** How long nobody touches the browser: a moment, some minutes, or a sleep of up to two hours. */
const pause = (random: Random): number => {
  const kind = random.next()
  if (kind < 0.5) return random.between(0, 40_000)
  return kind < 0.9 ? random.between(60_000, 900_000) : random.between(3_600_000, 7_200_000)
}

/** What the user does: bursts of calls from several tabs, with pauses between them. */
const planHistory = (random: Random): Planned[] => {
  const plan: Planned[] = []
  let at = startedAt
  for (let burst = random.between(6, 14); burst > 0; burst -= 1) {
    at += pause(random)
    const tabs = random.isOneIn(2) ? 1 : random.between(2, 6)
    for (let tab = 0; tab < tabs; tab += 1) {
      plan.push({ at, event: { kind: 'send', attempt: 0 } })
    }
  }
  return plan
}

/** The network and the tabs: what follows from each event. */
const createTraffic = (random: Random, plan: Planned[]) => {
  const later = (at: number, event: Event) => plan.push({ at, event })
  const retry = (at: number, attempt: number, afterMs: number) =>
    later(at + afterMs, { kind: 'send', attempt: attempt + 1 })

  return {
    send: (at: number, attempt: number, cookie: string) => {
      const slide = !random.isOneIn(5)
      if (attempt > 0) return later(at + 20, { kind: 'arrive', cookie, slide, attempt })
      if (random.isOneIn(20)) return retry(at, attempt, random.between(1_000, 30_000))
      // Calls of one burst that arrive at one instant are worked on at the same time.
      const underWayMs = random.isOneIn(2) ? 20 : transit(random)
      return later(at + underWayMs, { kind: 'arrive', cookie, slide, attempt })
    },
    answer: (at: number, attempt: number, { outcome, setCookie }: SessionCall) => {
      if (outcome === 'late') return attempt < patience ? retry(at, attempt, 1_000) : undefined
      if (random.isOneIn(10)) return retry(at, 0, random.between(1_000, 30_000))
      if (setCookie === undefined) return undefined
      return later(at + transit(random), { kind: 'deliver', cookie: setCookie })
    },
  }
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

const createProcesses = (
  options: Omit<Parameters<typeof createSessionProcess>[0], 'now'>,
  now: () => number,
): readonly SessionProcess[] =>
  // Three machines whose clocks do not quite agree.
  [0, 400, -400].map((offsetMs) =>
    createSessionProcess({ ...options, now: () => now() + offsetMs }),
  )

const isAlarm = ({ outcome }: SessionCall, attempt: number): boolean =>
  outcome === 'late' ? attempt >= patience : outcome !== 'live'

/** Plays one browser against three processes that share a store. The seed decides everything. */
export const playHistory = async ({ seed, ...limits }: HistoryOptions): Promise<History> => {
  const random = createRandom(seed)
  let time = startedAt
  const now = () => time
  const store = createMemoryStore({ now })
  const randomBytes = (size: number) =>
    Uint8Array.from({ length: size }, () => random.between(0, 255))
  const shared = { store: createJitteryStore(store, random), randomBytes, sealingKeys, ...limits }
  const processes = createProcesses(shared, now)
  const first = await random.pick(processes).start()
  let jar = first
  const sent = new Set([jar])
  const calls: SessionCall[] = []
  const alarms: SessionCall[] = []
  const plan = planHistory(random)
  const traffic = createTraffic(random, plan)

  const work = async ({ at, event }: Planned): Promise<void> => {
    switch (event.kind) {
      case 'send':
        traffic.send(at, event.attempt, jar)
        return
      case 'deliver':
        jar = event.cookie
        return
      case 'arrive': {
        const call = await random.pick(processes).call(event.cookie, event)
        calls.push(call)
        if (call.setCookie !== undefined) sent.add(call.setCookie)
        traffic.answer(at, event.attempt, call)
        if (isAlarm(call, event.attempt)) alarms.push(call)
      }
    }
  }

  for (let next = takeNext(plan); next !== undefined; next = takeNext(plan)) {
    time = next[0].at
    await Promise.all(next.map(work))
  }
  // A last look with what the jar holds when everything has arrived.
  const last = await random.pick(processes).call(jar, { slide: false })
  if (isAlarm(last, patience)) alarms.push(last)
  const lates = calls.filter(({ outcome }) => outcome === 'late').length
  return { alarms, calls: calls.length, lates, sent: [...sent], jar, store, now, sealingKeys }
}
