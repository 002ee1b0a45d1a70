import type { Entry, Store } from '@coatcheck/store'
import { defaults } from '../defaults.ts'
import { describeFailure, type Log } from '../log.ts'
import type { Sealer } from '../sealing/create-sealer.ts'
import { untilStored } from '../until-stored.ts'

/** How an attempt to revoke went; only `'later'` is worth another one. */
export type RevocationOutcome = 'done' | 'refused' | 'later'

/** Refresh tokens that the provider has still to be told about (RFC 7009). */
export interface RevocationQueue {
  /**
   * Writes the token down, sealed; resolves once it is, or the store was asked in vain, and never
   * rejects. What it resolves to is to be called when the provider may be told: it makes the first
   * attempt and does not reject either.
   *
   * What failed is tried again, by any process, a bounded number of times. Of very many that fail the
   * oldest are not.
   */
  add(refreshToken: string): Promise<() => Promise<void>>
  /** Writes the token down and tries at once, as {@link RevocationQueue.add} does. */
  revoke(refreshToken: string): Promise<void>
  /** Tries what is due now. One process makes each attempt. Never rejects. */
  runDue(): Promise<void>
}

export interface RevocationQueueOptions {
  readonly store: Store
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
  readonly sealer: Sealer
  readonly log: Log
  /** One request to the provider; does not reject. */
  readonly attempt: (refreshToken: string) => Promise<RevocationOutcome>
}

interface Item {
  readonly id: string
  readonly sealed: string
  /** Attempts begun so far. */
  readonly attempts: number
  /** Epoch milliseconds. */
  readonly dueAt: number
}

type Change<T> = (items: readonly Item[]) => { readonly next: readonly Item[]; readonly result: T }

/** Several lists, so that many logouts at once do not all swap the same one. */
const shards = [...'0123456789abcdef']
const keyOf = (shard: string) => `revocations:${shard}`
const shardOf = ({ id }: Pick<Item, 'id'>) => id.slice(0, 1)
const placeOf = (id: string) => `revocation ${id}`

export const createRevocationQueue = (options: RevocationQueueOptions): RevocationQueue => {
  const { store, now, randomBytes, sealer, log, attempt } = options

  const swapIn = async (key: string, entry: Entry | undefined, items: readonly Item[]) => {
    const expiresAt = now() + defaults.revocationKeptSeconds * 1000
    const next = { value: JSON.stringify(items), expiresAt }
    if (entry === undefined) return (await store.put(key, next)) !== undefined
    if (items.length === 0) return store.swapDelete(key, entry.version)
    return (await store.swap(key, entry.version, next)) !== undefined
  }

  const change = async <T>(shard: string, decide: Change<T>): Promise<T> => {
    const key = keyOf(shard)
    for (;;) {
      const entry = await store.get(key)
      const items = entry === undefined ? [] : (JSON.parse(entry.value) as readonly Item[])
      const { next, result } = decide(items)
      if (next === items) return result
      if (await swapIn(key, entry, next)) return result
    }
  }

  const reportStore = (failure: unknown) => {
    log.warn(
      { event: 'provider.revocation_not_queued', failure: describeFailure(failure) },
      'The list of revocations could not be read or written.',
    )
  }

  /** When an item that was tried that often is due again; `undefined` when that was the last. */
  const pauseAfter = (attempts: number): number | undefined =>
    defaults.revocationPausesSeconds[attempts - 1]

  const forget = (item: Item) =>
    change(shardOf(item), (items) => {
      const next = items.filter(({ id }) => id !== item.id)
      return { next: next.length === items.length ? items : next, result: undefined }
    })

  const write = (item: Item): Promise<void> =>
    change(shardOf(item), (items) => ({
      // A provider that is down for days must not fill the store: the oldest give way.
      next: [...items, item].slice(-defaults.revocationsKept),
      result: undefined,
    }))

  const settle = async (item: Item, outcome: RevocationOutcome): Promise<'open' | 'closed'> => {
    const isLast = pauseAfter(item.attempts) === undefined
    if (outcome === 'later' && !isLast) return 'open'
    if (outcome !== 'done') {
      log.error(
        { event: 'provider.revocation_given_up', attempts: item.attempts },
        'A refresh token could not be revoked; it lives until the provider ends it.',
      )
    }
    await forget(item).catch(reportStore)
    return 'closed'
  }

  const tryNow = async (item: Item): Promise<'open' | 'closed'> => {
    const refreshToken = sealer.open(item.sealed, placeOf(item.id))
    // Sealed under a key that is gone: nobody can revoke it any more.
    return settle(item, refreshToken === undefined ? 'refused' : await attempt(refreshToken))
  }

  /** Counts the attempt before it is made: of several processes one makes it. */
  const claim = (item: Item): Item => {
    const attempts = item.attempts + 1
    const pauseSeconds = pauseAfter(attempts) ?? defaults.revocationKeptSeconds
    return { ...item, attempts, dueAt: now() + pauseSeconds * 1000 }
  }

  const claimDue = (shard: string): Promise<readonly Item[]> =>
    change<readonly Item[]>(shard, (items) => {
      const due = items
        .filter(({ dueAt }) => dueAt <= now())
        .slice(0, defaults.revocationBatch)
        .map(claim)
      if (due.length === 0) return { next: items, result: due }
      const next = items.map((item) => due.find(({ id }) => id === item.id) ?? item)
      return { next, result: due }
    })

  const isWritten = (item: Item): Promise<boolean> =>
    write(item).then(
      () => true,
      (failure: unknown) => {
        reportStore(failure)
        return false
      },
    )

  const add = async (refreshToken: string) => {
    const id = Buffer.from(randomBytes(12)).toString('hex')
    const sealed = sealer.seal(refreshToken, placeOf(id))
    const item = claim({ id, sealed, attempts: 0, dueAt: 0 })
    const isKept = await isWritten(item)
    return async () => {
      const state = await tryNow(item)
      if (state === 'open' && !isKept) await untilStored(() => write(item)).catch(reportStore)
    }
  }

  return {
    add,
    revoke: async (refreshToken) => (await add(refreshToken))(),
    runDue: async () => {
      for (const shard of shards) {
        try {
          await Promise.all((await claimDue(shard)).map(tryNow))
        } catch (failure) {
          reportStore(failure)
          return
        }
      }
    },
  }
}
