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

/** Leases over the storage port, one a session. */
export interface Leases {
  /** Resolves to `undefined` while someone else holds it. */
  take(sid: string): Promise<Lease | undefined>
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
  readonly expiresAt: number
}

const keyOf = (sid: string): string => `lease:${sid}`

const { leaseMs, leaseRenewalMs } = defaults

export const createLeases = ({ store, now, randomBytes, limitMs }: LeasesOptions): Leases => {
  const hold = (key: string, owner: string, first: Held, startedAt: number): Lease => {
    let held: Held | undefined = first
    let extension: Promise<void> = Promise.resolve()

    const extend = async ({ version }: Held): Promise<Held | undefined> => {
      const expiresAt = now() + leaseMs
      const next = await store.swap(key, version, { value: owner, expiresAt })
      if (next !== undefined) return { version: next, expiresAt }
      // An earlier swap may have gone through although its answer was lost.
      const entry = await store.get(key)
      return entry?.value === owner ? entry : undefined
    }

    const tick = async () => {
      if (held === undefined || now() - startedAt > limitMs) return clearInterval(timer)
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
      isHeld: () => held !== undefined && now() < held.expiresAt - leaseRenewalMs,
      release: async () => {
        clearInterval(timer)
        await extension
        if (held === undefined) return
        await store.swapDelete(key, held.version).catch(() => false)
      },
    }
  }

  return {
    take: async (sid) => {
      const key = keyOf(sid)
      const owner = Buffer.from(randomBytes(16)).toString('base64url')
      const startedAt = now()
      // Counted from before the write: a slow store must not make the lease look longer than it is.
      const expiresAt = startedAt + leaseMs
      const version = await store.put(key, { value: owner, expiresAt })
      return version === undefined ? undefined : hold(key, owner, { version, expiresAt }, startedAt)
    },
  }
}
