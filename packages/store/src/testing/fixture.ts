import { randomUUID } from 'node:crypto'
import type { Store, Value } from '../port.ts'

/** What one case works with: a fresh store, a clock it moves itself, and keys nobody else has. */
export interface Fixture {
  readonly store: Store
  readonly now: () => number
  /** Moves the clock forward. */
  readonly advance: (ms: number) => void
  /** A key or channel name of this case alone, so that leftovers on a shared server do no harm. */
  readonly key: (name: string) => string
  /** A value that expires `lifeMs` from now; one minute unless told. */
  readonly value: (text: string, lifeMs?: number) => Value
  /** How long a message may be under way, in milliseconds. */
  readonly patienceMs: number
}

/** One promise of the port and the check that shows it. */
export interface CaseTemplate {
  readonly name: string
  readonly check: (fixture: Fixture) => Promise<void>
}

/** Makes a store around a clock. */
export type CreateStore = (options: { readonly now: () => number }) => Store | Promise<Store>

const minuteMs = 60_000

interface FixtureOptions {
  readonly createStore: CreateStore
  readonly startAt: number
  readonly patienceMs: number
}

/** Sets the stage for one case; the clock starts at `startAt` and moves only when told. */
export const createFixture = async (options: FixtureOptions): Promise<Fixture> => {
  let at = options.startAt
  const now = () => at
  const prefix = randomUUID()
  return {
    store: await options.createStore({ now }),
    now,
    advance: (ms) => {
      at += ms
    },
    key: (name) => `${prefix}:${name}`,
    value: (text, lifeMs = minuteMs) => ({ value: text, expiresAt: at + lifeMs }),
    patienceMs: options.patienceMs,
  }
}
