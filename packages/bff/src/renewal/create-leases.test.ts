import { createMemoryStore, type Store, StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { createLeases, type Lease, type Leases } from './create-leases.ts'

let time: number
let store: RecordingStore
let ours: Leases
let theirs: Leases

const now = () => time

const createFor = (shared: Store, seed: number): Leases => {
  const randomBytes = (size: number) => Buffer.alloc(size, seed)
  return createLeases({ store: shared, now, randomBytes, limitMs: 30_000 })
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  time = 1_800_000_000_000
  store = createRecordingStore(now)
  ours = createFor(store, 1)
  theirs = createFor(store, 2)
})
afterEach(() => {
  vi.useRealTimers()
})

/** Both clocks: the one that is read and the one that rings. */
const pass = async (ms: number) => {
  const steps = Math.ceil(ms / 1000)
  for (let step = 0; step < steps; step += 1) {
    time += ms / steps
    await vi.advanceTimersByTimeAsync(ms / steps)
  }
}

/** The process is stopped: time passes and nothing in it rings. */
const sleep = (ms: number) => {
  time += ms
}

const take = (leases: Leases, sid: string): Promise<Lease | undefined> => leases.claim(sid).take(0)

/** As someone who has not taken an eye off the lease for that long; no clock has moved. */
const takeAfter = async (
  leases: Leases,
  sid: string,
  watchedMs: number,
): Promise<Lease | undefined> => {
  const claim = leases.claim(sid)
  return (await claim.take(0)) ?? claim.take(watchedMs)
}

const outage = () => {
  throw new StoreError('store_unavailable', 'The connection is gone.')
}

test('B84 of two who ask for the lease of a session one gets it', async () => {
  const [first, second] = await Promise.all([take(ours, 'a'), take(theirs, 'a')])
  expect([first?.isHeld(), second]).toEqual([true, undefined])
})

test('B84 leases of two sessions have nothing to do with each other', async () => {
  expect((await take(ours, 'a'))?.isHeld()).toBe(true)
  expect((await take(theirs, 'b'))?.isHeld()).toBe(true)
})

test('B84 a lease is held for as long as the work takes, and is there for the next at once', async () => {
  const lease = await take(ours, 'a')
  await pass(20_000)
  expect([lease?.isHeld(), await take(theirs, 'a')]).toEqual([true, undefined])
  await lease?.release()
  expect((await take(theirs, 'a'))?.isHeld()).toBe(true)
})

test('B85 a lease whose holder is gone runs out after six seconds for those who watched it', async () => {
  await take(ours, 'a')
  const claim = theirs.claim('a')
  for (const [passedMs, watchedMs] of [
    [0, 0],
    [5_999, 5_999],
  ] as const) {
    sleep(passedMs)
    expect(await claim.take(watchedMs)).toBeUndefined()
  }
  sleep(1)
  expect((await claim.take(6_000))?.isHeld()).toBe(true)
})

test('B85 a lease that has run out unseen is watched for four seconds before another takes it', async () => {
  await take(ours, 'a')
  sleep(60_000)
  const claim = theirs.claim('a')
  expect(await claim.take(0)).toBeUndefined()
  expect(await claim.take(3_999)).toBeUndefined()
  expect((await claim.take(4_000))?.isHeld()).toBe(true)
})

test('B85 a clock that leaps ahead of a live holder takes nothing from it', async () => {
  const lease = await take(ours, 'a')
  sleep(61_000)
  const claim = theirs.claim('a')
  expect(await claim.take(0)).toBeUndefined()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(lease?.isHeld()).toBe(true)
  // Its sign of life begins the watch anew.
  expect(await claim.take(3_999)).toBeUndefined()
  sleep(61_000)
  expect(await claim.take(7_998)).toBeUndefined()
  await lease?.release()
  expect((await claim.take(7_998))?.isHeld()).toBe(true)
})

test('B85 a holder whose clock was an hour ahead keeps others waiting no longer than any other', async () => {
  await take(ours, 'a')
  time -= 3_600_000
  const claim = theirs.claim('a')
  expect(await claim.take(0)).toBeUndefined()
  expect(await claim.take(3_999)).toBeUndefined()
  expect((await claim.take(4_000))?.isHeld()).toBe(true)
})

test('B85 of two who watched a lease run out one gets it', async () => {
  const third = createFor(store, 3)
  await take(ours, 'a')
  const claims = [theirs.claim('a'), third.claim('a')]
  for (const claim of claims) await claim.take(0)
  sleep(6_000)
  const taken = await Promise.all(claims.map((claim) => claim.take(6_000)))
  expect(taken.filter((lease) => lease !== undefined).length).toBe(1)
})

test('B85 who watches a lease pass from one holder to the next begins to watch anew', async () => {
  await take(ours, 'a')
  const watching = createFor(store, 3).claim('a')
  await watching.take(0)
  sleep(6_000)
  await takeAfter(theirs, 'a', 4_000)
  sleep(60_000)
  expect(await watching.take(6_000)).toBeUndefined()
  expect(await watching.take(9_999)).toBeUndefined()
  expect((await watching.take(10_000))?.isHeld()).toBe(true)
})

test('B85 a holder that was stopped knows at once that its time is over', async () => {
  const lease = await take(ours, 'a')
  sleep(3_999)
  expect(lease?.isHeld()).toBe(true)
  sleep(1)
  expect(lease?.isHeld()).toBe(false)
})

test('B85 a holder that was stopped cannot take the lease back or give away that of another', async () => {
  const lease = await take(ours, 'a')
  sleep(6_000)
  const successor = await takeAfter(theirs, 'a', 4_000)
  await vi.advanceTimersByTimeAsync(2_000)
  expect([lease?.isHeld(), successor?.isHeld()]).toEqual([false, true])
  await lease?.release()
  expect(await take(ours, 'a')).toBeUndefined()
})

test('B85 work that never ends blocks nobody for ever', async () => {
  const lease = await take(ours, 'a')
  await pass(40_000)
  expect(lease?.isHeld()).toBe(false)
  expect((await takeAfter(theirs, 'a', 4_000))?.isHeld()).toBe(true)
})

test('B52 a lease survives a store that is away for a moment, and not one that stays away', async () => {
  const lease = await take(ours, 'a')
  store.before = ({ method }) => (method === 'swap' ? outage() : undefined)
  await pass(3_000)
  expect(lease?.isHeld()).toBe(true)
  store.before = () => {}
  await pass(1_000)
  expect(lease?.isHeld()).toBe(true)
  store.before = outage
  await pass(6_000)
  expect(lease?.isHeld()).toBe(false)
})

test('B52 a renewal of the lease whose answer was lost is found again', async () => {
  const { swap } = store
  store.swap = async (...call) => {
    store.swap = swap
    await swap(...call)
    return outage()
  }
  const lease = await take(ours, 'a')
  await pass(5_000)
  expect([lease?.isHeld(), await take(theirs, 'a')]).toEqual([true, undefined])
  await lease?.release()
  expect((await take(theirs, 'a'))?.isHeld()).toBe(true)
})

test('B52 a lease that cannot be given back runs out without a word', async () => {
  const away = createMemoryStore({ now })
  const lease = await take(createFor({ ...away, swapDelete: async () => outage() }, 1), 'a')
  await lease?.release()
  const others = createFor(away, 2)
  expect(await take(others, 'a')).toBeUndefined()
  sleep(6_000)
  expect((await takeAfter(others, 'a', 4_000))?.isHeld()).toBe(true)
})

test('B52 a holder that the store was away from goes on holding the lease, if nobody took it', async () => {
  const lease = await take(ours, 'a')
  store.before = outage
  await pass(20_000)
  expect(lease?.isHeld()).toBe(false)
  store.before = () => {}
  await pass(2_000)
  expect([lease?.isHeld(), await takeAfter(theirs, 'a', 9_999)]).toEqual([true, undefined])
})

test('B52 a lease that the store took and refused to own up to keeps nobody waiting', async () => {
  const { put } = store
  store.put = async (...call) => {
    await put(...call)
    return outage()
  }
  await expect(take(ours, 'a')).rejects.toMatchObject({ code: 'store_unavailable' })
  store.put = put
  await expect.poll(() => take(theirs, 'a')).toBeDefined()
})

test('a store too slow to tell that the lease is ours gives no right', async () => {
  store.before = () => sleep(5_000)
  expect((await take(ours, 'a'))?.isHeld()).toBe(false)
})

test('a lease that was given back is renewed no more', async () => {
  const lease = await take(ours, 'a')
  await lease?.release()
  await pass(10_000)
  expect(store.calls.filter(({ method }) => method === 'swap')).toEqual([])
})

test('who asks while a lease is held is told the truth about the store', async () => {
  store.before = outage
  await expect(take(ours, 'a')).rejects.toMatchObject({ code: 'store_unavailable' })
})
