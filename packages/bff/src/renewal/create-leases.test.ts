import { createMemoryStore, type Store, StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { createLeases, type Leases } from './create-leases.ts'

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

const outage = () => {
  throw new StoreError('store_unavailable', 'The connection is gone.')
}

test('B84 of two who ask for the lease of a session one gets it', async () => {
  const [first, second] = await Promise.all([ours.take('a'), theirs.take('a')])
  expect([first?.isHeld(), second]).toEqual([true, undefined])
})

test('B84 leases of two sessions have nothing to do with each other', async () => {
  expect((await ours.take('a'))?.isHeld()).toBe(true)
  expect((await theirs.take('b'))?.isHeld()).toBe(true)
})

test('B84 a lease is held for as long as the work takes, and is there for the next at once', async () => {
  const lease = await ours.take('a')
  await pass(20_000)
  expect([lease?.isHeld(), await theirs.take('a')]).toEqual([true, undefined])
  await lease?.release()
  expect((await theirs.take('a'))?.isHeld()).toBe(true)
})

test('B85 a lease whose holder is gone runs out after six seconds', async () => {
  await ours.take('a')
  sleep(5_999)
  expect(await theirs.take('a')).toBeUndefined()
  sleep(1)
  expect((await theirs.take('a'))?.isHeld()).toBe(true)
})

test('B85 a holder that was stopped knows at once that its time is over', async () => {
  const lease = await ours.take('a')
  sleep(3_999)
  expect(lease?.isHeld()).toBe(true)
  sleep(1)
  expect(lease?.isHeld()).toBe(false)
})

test('B85 a holder that was stopped cannot take the lease back or give away that of another', async () => {
  const lease = await ours.take('a')
  sleep(6_000)
  const successor = await theirs.take('a')
  await vi.advanceTimersByTimeAsync(2_000)
  expect([lease?.isHeld(), successor?.isHeld()]).toEqual([false, true])
  await lease?.release()
  expect(await ours.take('a')).toBeUndefined()
})

test('B85 work that never ends blocks nobody for ever', async () => {
  const lease = await ours.take('a')
  await pass(40_000)
  expect(lease?.isHeld()).toBe(false)
  expect((await theirs.take('a'))?.isHeld()).toBe(true)
})

test('B52 a lease survives a store that is away for a moment, and not one that stays away', async () => {
  const lease = await ours.take('a')
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
  const lease = await ours.take('a')
  await pass(5_000)
  expect([lease?.isHeld(), await theirs.take('a')]).toEqual([true, undefined])
  await lease?.release()
  expect((await theirs.take('a'))?.isHeld()).toBe(true)
})

test('B52 a lease that cannot be given back runs out without a word', async () => {
  const away = createMemoryStore({ now })
  const lease = await createFor({ ...away, swapDelete: async () => outage() }, 1).take('a')
  await lease?.release()
  const others = createFor(away, 2)
  expect(await others.take('a')).toBeUndefined()
  sleep(6_000)
  expect((await others.take('a'))?.isHeld()).toBe(true)
})

test('a store too slow to tell that the lease is ours gives no right', async () => {
  store.before = () => sleep(5_000)
  expect((await ours.take('a'))?.isHeld()).toBe(false)
})

test('a lease that was given back is renewed no more', async () => {
  const lease = await ours.take('a')
  await lease?.release()
  await pass(10_000)
  expect(store.calls.filter(({ method }) => method === 'swap')).toEqual([])
})

test('who asks while a lease is held is told the truth about the store', async () => {
  store.before = outage
  await expect(ours.take('a')).rejects.toMatchObject({ code: 'store_unavailable' })
})
