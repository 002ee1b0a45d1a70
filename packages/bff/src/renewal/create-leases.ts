import type { Store } from '@coatcheck/store'
import { defaults } from '../defaults.ts'

/** The right, held by one process for a bounded time, to renew one session. */
export interface Lease {
  /**
   * Whether the right is still ours, with time to spare. A process that was stopped finds out here,
   * so this is asked right before the right is used.
   */
  isHeld(): boolean
  /** Gives the right back. Never rejects: what could not be given back runs out. */
  release(): Promise<void>
}

/** One caller's attempts to get the lease of one session. */
export interface Claim {
  /**
   * Resolves to `undefined` while someone else holds it. A lease that ran out without being given
   * back is not free at once: its holder may have an answer of the provider in its hands, and have
   * lost nothing but its connection to the store, or some time. So it is taken over only when it
   * has stood unchanged while this claim waited.
   *
   * @param waitedMs how long the caller has paused since the claim was made, by no clock that can
   * be set
   */
  take(waitedMs: number): Promise<Lease | undefined>
}

/** Leases over the storage port, one a session. */
export interface Leases {
  claim(sid: string): Claim
}

export interface LeasesOptions {
  readonly store: Store
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
  /** A lease is not renewed beyond this, so that work that never ends blocks nobody for ever. */
  readonly limitMs: number
}

/** A lease as it stands in the store. */
interface Held {
  readonly version: string
  readonly heldUntil: number
}

const keyOf = (sid: string): string => `lease:${sid}`

const { leaseMs, leaseRenewalMs, leaseWatchMs, leaseTraceMs } = defaults

/** The entry outlives the lease: what is left of it tells that nobody gave it back. */
const entryOf = (owner: string, heldUntil: number) => ({
  value: `${heldUntil} ${owner}`,
  expiresAt: heldUntil + leaseTraceMs,
})

const parseEntry = ({ value }: { readonly value: string }) => {
  const [heldUntil, owner] = value.split(' ')
  return { heldUntil: Number(heldUntil), owner }
}

/** How a lease is kept in the store once it is ours. */
interface Holding {
  readonly key: string
  readonly owner: string
  readonly first: Held
}

const hold = ({ store, now, limitMs }: LeasesOptions, { key, owner, first }: Holding): Lease => {
  let held: Held | undefined = first
  let extension: Promise<void> = Promise.resolve()
  // Counted, as a clock may leap.
  let heldMs = 0

  const extend = async ({ version }: Held): Promise<Held | undefined> => {
    const heldUntil = now() + leaseMs
    const next = await store.swap(key, version, entryOf(owner, heldUntil))
    if (next !== undefined) return { version: next, heldUntil }
    // An earlier swap may have gone through although its answer was lost.
    const entry = await store.get(key)
    if (entry === undefined) return undefined
    const standing = parseEntry(entry)
    return standing.owner === owner ? { ...entry, heldUntil: standing.heldUntil } : undefined
  }

  const tick = async () => {
    heldMs += leaseRenewalMs
    if (held === undefined || heldMs > limitMs) return clearInterval(timer)
    try {
      held = await extend(held)
    } catch {
      // The store is away: the lease runs out by itself unless a later attempt succeeds.
    }
  }

  const timer = setInterval(() => {
    extension = extension.then(tick)
  }, leaseRenewalMs)
  timer.unref()

  return {
    isHeld: () => held !== undefined && now() < held.heldUntil - leaseRenewalMs,
    release: async () => {
      clearInterval(timer)
      await extension
      if (held === undefined) return
      await store.swapDelete(key, held.version).catch(() => false)
    },
  }
}

export const createLeases = (options: LeasesOptions): Leases => {
  const { store, now, randomBytes } = options

  /** A write that was refused may stand all the same, and would keep others waiting for nobody. */
  const forget = async (key: string, owner: string): Promise<void> => {
    try {
      const entry = await store.get(key)
      if (entry !== undefined && parseEntry(entry).owner === owner) {
        await store.swapDelete(key, entry.version)
      }
    } catch {
      // It runs out by itself.
    }
  }

  const claim = (sid: string): Claim => {
    const key = keyOf(sid)
    let seen: { readonly version: string; readonly atMs: number } | undefined

    /** Swaps the lease of a holder that has not been heard of; nothing while it may yet be. */
    const takeOver = async (waitedMs: number, next: ReturnType<typeof entryOf>) => {
      const entry = await store.get(key)
      if (entry === undefined) return undefined
      if (seen?.version !== entry.version) seen = { version: entry.version, atMs: waitedMs }
      const isSilent = waitedMs - seen.atMs >= leaseWatchMs
      const leftMs = parseEntry(entry).heldUntil - now()
      // More than a lease lasts is no time left, but a clock that differs: then silence alone counts.
      const isRunning = leftMs > 0 && leftMs <= leaseMs
      if (!isSilent || isRunning) return undefined
      return store.swap(key, entry.version, next)
    }

    return {
      take: async (waitedMs) => {
        const owner = Buffer.from(randomBytes(16)).toString('base64url')
        // Counted from before the write: a slow store must not make the lease look longer than it is.
        const heldUntil = now() + leaseMs
        const next = entryOf(owner, heldUntil)
        try {
          const version = (await store.put(key, next)) ?? (await takeOver(waitedMs, next))
          if (version === undefined) return undefined
          return hold(options, { key, owner, first: { version, heldUntil } })
        } catch (failure) {
          void forget(key, owner)
          throw failure
        }
      },
    }
  }

  return { claim }
}
