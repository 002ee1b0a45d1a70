import { afterEach, expect, test, vi } from 'vitest'
import { createLane } from './lane.ts'
import { Locked } from './locked.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** When work was tried over a database that stays locked, in milliseconds from its call. */
const triesAt = async (chance: number): Promise<readonly number[]> => {
  vi.useFakeTimers()
  const startedAt = Date.now()
  const tries: number[] = []
  const lane = createLane({ timeoutMs: 100, random: () => chance })
  const refused = lane
    .run(() => {
      tries.push(Date.now() - startedAt)
      throw new Locked('busy')
    })
    .catch((error) => error)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await refused).toBeInstanceOf(Locked)
  return tries
}

test('sqlite: pauses between tries grow to 25 ms, and trying ends with the patience', async () => {
  expect(await triesAt(1)).toEqual([0, 1, 3, 7, 15, 31, 56, 81])
})

test('sqlite: chance takes up to half of each pause, so that processes do not try in step', async () => {
  expect(await triesAt(0)).toEqual([0, 1, 2, 4, 8, 16, 29, 42, 55, 68, 81, 94])
})

test('sqlite: work that gives up before a second try rejects with the refusal of its only one', async () => {
  vi.useFakeTimers()
  const lane = createLane({ timeoutMs: 0 })
  for (const refusal of [new Locked('first'), new Locked('second')]) {
    const refused = lane
      .run(() => {
        throw refusal
      })
      .catch((error) => error)
    await vi.advanceTimersByTimeAsync(10)
    expect(await refused).toBe(refusal)
  }
})

test('sqlite: pauses are short again after a wait that was in vain', async () => {
  vi.useFakeTimers()
  const lane = createLane({ timeoutMs: 100, random: () => 1 })
  let freeAt = Number.POSITIVE_INFINITY
  const work = () => {
    if (Date.now() < freeAt) throw new Locked('busy')
    return Date.now()
  }
  const refused = lane.run(work).catch((error) => error)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await refused).toBeInstanceOf(Locked)
  freeAt = Date.now() + 1
  const done = lane.run(work)
  await vi.advanceTimersByTimeAsync(50)
  expect(await done).toBe(freeAt)
})

test('sqlite: pauses are short again for who waits behind work that was done', async () => {
  vi.useFakeTimers()
  const lane = createLane({ timeoutMs: 1_000, random: () => 1 })
  let freeAt = Date.now() + 500
  const work = () => {
    if (Date.now() < freeAt) throw new Locked('busy')
    freeAt = Date.now() + 1
    return Date.now()
  }
  const [first, second] = [lane.run(work), lane.run(work)]
  await vi.advanceTimersByTimeAsync(600)
  expect((await second) - (await first)).toBe(1)
})

test('sqlite: one refusal speaks for all that wait behind, so that none overtakes', async () => {
  vi.useFakeTimers()
  const lane = createLane({ timeoutMs: 100, random: () => 1 })
  const done: string[] = []
  let refusals = 2
  const first = lane.run(() => {
    refusals -= 1
    // The lock goes right after it was met.
    if (refusals >= 0) throw new Locked('busy')
    done.push('first')
  })
  const second = lane.run(() => done.push('second'))
  await vi.advanceTimersByTimeAsync(50)
  await Promise.all([first, second])
  expect(done).toEqual(['first', 'second'])
})

test('sqlite: closing does nothing that waits behind work which the lock still refuses', async () => {
  vi.useFakeTimers()
  const lane = createLane({ timeoutMs: 100 })
  const done: string[] = []
  const waiting = [
    lane.run(() => {
      throw new Locked('busy')
    }),
    lane.run(() => done.push('second')),
  ]
  const outcomes = Promise.allSettled(waiting)
  const reason = new Error('closed')
  lane.close(reason)
  expect(await outcomes).toEqual([
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ])
  expect(done).toEqual([])
})

test('sqlite: work that is done leaves no timer, which would keep the process from ending', async () => {
  vi.useFakeTimers()
  const lane = createLane({ timeoutMs: 60_000 })
  let refusals = 1
  const waited = lane.run(() => {
    refusals -= 1
    if (refusals >= 0) throw new Locked('busy')
  })
  await vi.advanceTimersByTimeAsync(50)
  await waited
  expect(vi.getTimerCount()).toBe(0)
})

test('sqlite: work that comes while a long turn is interrupted brings no tries of its own', async () => {
  vi.useFakeTimers()
  const startedAt = Date.now()
  let spentMs = 0
  const lane = createLane({ timeoutMs: 100, random: () => 1, monotonicNow: () => spentMs })
  const tries: number[] = []
  let refusals = 1
  const long = lane.run(() => {
    refusals -= 1
    if (refusals >= 0) throw new Locked('busy')
    spentMs += 1_000
  })
  const refused = [
    lane.run(() => {
      tries.push(Date.now() - startedAt)
      throw new Locked('busy')
    }),
    long.then(() => lane.run(() => undefined)),
  ]
  const outcomes = Promise.allSettled(refused)
  await vi.advanceTimersByTimeAsync(20)
  // The long turn ends at 1 ms; a faked `setImmediate` takes another.
  expect(tries).toEqual([2, 3, 5, 9, 17])
  await vi.advanceTimersByTimeAsync(1_000)
  await outcomes
})
