import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Locked } from './locked.ts'
import { untilUnlocked } from './until-unlocked.ts'

let at = 0

beforeEach(() => {
  at = 0
  // Nothing wakes a process that stands still, so here only the clock goes on.
  vi.spyOn(Atomics, 'wait').mockImplementation((_array, _index, _value, milliseconds = 0) => {
    at += milliseconds
    return 'timed-out'
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const monotonicNow = () => at

const failure = (code: string) => Object.assign(new Error('refused'), { code })

/** A step that fails so many times, and when it was tried: milliseconds from the first try. */
const createStep = (times: number, code = 'SQLITE_BUSY') => {
  const triedAt: number[] = []
  const step = () => {
    triedAt.push(at)
    if (triedAt.length <= times) throw failure(code)
    return 'done'
  }
  return { step, triedAt }
}

/** More often than any patience here lasts, and yet an end where trying has none. */
const always = 1_000

test('sqlite: a step that meets no lock is done at once, and once', () => {
  const { step, triedAt } = createStep(0)
  expect(untilUnlocked(step, { timeoutMs: 100, monotonicNow })).toBe('done')
  expect(triedAt).toEqual([0])
})

test.each(['SQLITE_BUSY', 'SQLITE_BUSY_RECOVERY', 'SQLITE_BUSY_SNAPSHOT'])(
  'sqlite: a step that meets %s is tried again',
  (code) => {
    const { step, triedAt } = createStep(3, code)
    expect(untilUnlocked(step, { timeoutMs: 100, random: () => 1, monotonicNow })).toBe('done')
    expect(triedAt).toEqual([0, 1, 3, 7])
  },
)

test.each(['SQLITE_FULL', 'SQLITE_LOCKED', 'SQLITE_NOTADB', 'ENOENT'])(
  'sqlite: a step that fails with %s is not tried again',
  (code) => {
    const { step, triedAt } = createStep(always, code)
    expect(() => untilUnlocked(step, { timeoutMs: 100, monotonicNow })).toThrow(
      expect.objectContaining({ code }),
    )
    expect(triedAt).toEqual([0])
  },
)

test('sqlite: what fails after a lock is gone ends the trying as well', () => {
  let tries = 0
  const step = () => {
    tries += 1
    throw failure(tries === 1 ? 'SQLITE_BUSY' : 'SQLITE_IOERR')
  }
  expect(() => untilUnlocked(step, { timeoutMs: 100, monotonicNow })).toThrow(
    expect.objectContaining({ code: 'SQLITE_IOERR' }),
  )
  expect(tries).toBe(2)
})

test.each([
  [1, [0, 1, 3, 7, 15, 31, 56, 81, 100]],
  [0, [0, 1, 2, 4, 8, 16, 29, 42, 55, 68, 81, 94, 100]],
])(
  'sqlite: a step is tried a last time when patience ends, not later (chance %d)',
  (chance, tries) => {
    const { step, triedAt } = createStep(always)
    const patience = { timeoutMs: 100, random: () => chance, monotonicNow }
    expect(() => untilUnlocked(step, patience)).toThrow(Locked)
    expect(triedAt).toEqual(tries)
  },
)

test('sqlite: a step that takes longer than the patience is not tried again', () => {
  const { step, triedAt } = createStep(always)
  const slowStep = () => {
    at += 101
    return step()
  }
  expect(() => untilUnlocked(slowStep, { timeoutMs: 100, monotonicNow })).toThrow(
    expect.objectContaining({
      name: 'Locked',
      cause: expect.objectContaining({ code: 'SQLITE_BUSY' }),
    }),
  )
  expect(triedAt).toEqual([101])
})

test('sqlite: no patience means one try', () => {
  const { step, triedAt } = createStep(always)
  expect(() => untilUnlocked(step, { timeoutMs: 0, monotonicNow })).toThrow(Locked)
  expect(triedAt).toEqual([0])
  expect(Atomics.wait).not.toHaveBeenCalled()
})
