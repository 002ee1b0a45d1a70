import { expect, test } from 'vitest'
import { remainingMs, spreadOf, tokenWindow } from './token-window.ts'

const obtainedAt = 1_800_000_000_000

const tokenOf = (lifeSeconds: number) => ({
  token: 'token',
  scope: 'orders:read',
  obtainedAt,
  expiresAt: obtainedAt + lifeSeconds * 1000,
  rejectedAt: [],
})

/** Life in seconds, age in seconds, what the caller needs, and where that is. */
const edges = [
  [600, 0, 0, 'fresh'],
  [600, 479.999, 0, 'fresh'],
  [600, 480, 0, 'soft'],
  [600, 589.999, 0, 'soft'],
  [600, 590, 0, 'hard'],
  [600, 600, 0, 'hard'],
  [600, 601, 0, 'hard'],
  [600, 100, 499, 'fresh'],
  [600, 300, 1, 'fresh'],
  [600, 300, 300, 'hard'],
  [600, 299.999, 300, 'fresh'],
  [600, 299.999, 1e9, 'fresh'],
  [600, 300, 1e9, 'hard'],
  [600, 299.999, Number.MAX_VALUE, 'fresh'],
  [3600, 3000, 600, 'hard'],
  [3600, 2879.999, 0, 'fresh'],
  [3600, 2880, 0, 'soft'],
  [3600, 3589.999, 0, 'soft'],
  [3600, 3590, 0, 'hard'],
  [60, 47.999, 0, 'fresh'],
  [60, 48, 0, 'soft'],
  [60, 50, 0, 'hard'],
  [20, 9.999, 0, 'fresh'],
  [20, 10, 0, 'hard'],
  [10, 4.999, 0, 'fresh'],
  [10, 5, 0, 'hard'],
  [1, 0, 0, 'fresh'],
  [1, 0.5, 0, 'hard'],
] as const

for (const [life, age, needed, window] of edges) {
  test(`a token of ${life} s at ${age} s for a caller who needs ${needed} s is ${window}`, () => {
    const question = { now: obtainedAt + age * 1000, minValiditySeconds: needed, spread: 0 }
    expect(tokenWindow(tokenOf(life), question)).toBe(window)
  })
}

test('no token at all has to be fetched first', () => {
  expect(tokenWindow(undefined, { now: obtainedAt, minValiditySeconds: 0, spread: 0 })).toBe('hard')
})

test('a clock that was set back does not make a token older than it is', () => {
  const question = { now: obtainedAt - 3_600_000, minValiditySeconds: 0, spread: 0 }
  expect(tokenWindow(tokenOf(600), question)).toBe('fresh')
  expect(remainingMs(tokenOf(600), obtainedAt)).toBe(600_000)
})

/** Age in seconds of a token that lives 600, the session's place in the spread, and where that is. */
const spreads = [
  [449.999, 1, 'fresh'],
  [450, 1, 'soft'],
  [464.999, 0.5, 'fresh'],
  [465, 0.5, 'soft'],
  [480, 0, 'soft'],
  [479.999, 0, 'fresh'],
  [590, 1, 'hard'],
] as const

for (const [age, spread, window] of spreads) {
  test(`sessions renew ahead at times of their own: at ${age} s with a spread of ${spread} it is ${window}`, () => {
    const question = { now: obtainedAt + age * 1000, minValiditySeconds: 0, spread }
    expect(tokenWindow(tokenOf(600), question)).toBe(window)
  })
}

test('the spread of a session is a number from 0 to 1, and the same in every process', () => {
  expect(spreadOf('AAAAAAAAAAAAAAAAAAAAAA')).toBe(0)
  expect(spreadOf('_____________________w')).toBe(1)
  expect(spreadOf('gAAAAAAAAAAAAAAAAAAAAA')).toBeCloseTo(0.5, 2)
  expect(spreadOf('')).toBe(0)
})
