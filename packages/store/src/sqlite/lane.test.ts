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
