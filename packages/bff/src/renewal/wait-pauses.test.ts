import { expect, test } from 'vitest'
import { waitPauses } from './wait-pauses.ts'

const pausesAt = (random: number) => [...waitPauses((size) => Buffer.alloc(size, random))]

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

test('pauses grow from 50 ms to a quarter of a second and together last as long as anyone waits', () => {
  const pauses = pausesAt(0)
  expect(pauses.slice(0, 6)).toEqual([50, 75, 112.5, 168.75, 250, 250])
  expect(sum(pauses)).toBeGreaterThanOrEqual(10_000)
  expect(sum(pauses.slice(0, -1))).toBeLessThan(10_000)
})

test('chance makes a pause up to half shorter, so that processes do not look in step', () => {
  expect(pausesAt(255).slice(0, 5)).toEqual([25, 37.5, 56.25, 84.375, 125])
})
