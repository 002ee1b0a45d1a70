import { channelCases } from './channel-cases.ts'
import { closeCases } from './close-cases.ts'
import { expiryCases } from './expiry-cases.ts'
import type { CreateStore } from './fixture.ts'
import { createFixture } from './fixture.ts'
import { limitCases } from './limit-cases.ts'
import { raceCases } from './race-cases.ts'
import { textCases } from './text-cases.ts'
import { writeCases } from './write-cases.ts'

/** Options of {@link storeContract}. */
export interface StoreContractOptions {
  /**
   * Makes the store under test. It must judge expiry by the clock it is given, which starts at the
   * present and is moved forward by the cases. Called once per case; stores may share one server.
   */
  readonly createStore: CreateStore
  /** Where the clock of each case starts, in epoch milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** How long a published message may be under way, in milliseconds. Default 5000. */
  readonly patienceMs?: number
}

/** One test, for any runner. */
export interface StoreContractCase {
  /** A plain sentence: what the store promises. */
  readonly name: string
  /** Rejects with an `AssertionError` when the promise is broken. Closes its store at the end. */
  readonly run: () => Promise<void>
}

/**
 * The promises of the storage port as tests. An adapter is one when every case passes:
 *
 * ```ts
 * for (const { name, run } of storeContract({ createStore: createMemoryStore })) test(name, run)
 * ```
 */
export const storeContract = (options: StoreContractOptions): readonly StoreContractCase[] => {
  const { createStore, now = Date.now, patienceMs = 5_000 } = options
  const templates = [
    ...writeCases,
    ...textCases,
    ...limitCases,
    ...expiryCases,
    ...raceCases,
    ...channelCases,
    ...closeCases,
  ]
  return templates.map(({ name, check }) => ({
    name,
    run: async () => {
      const fixture = await createFixture({ createStore, startAt: now(), patienceMs })
      try {
        await check(fixture)
      } finally {
        await fixture.store.close()
      }
    },
  }))
}
