import { expect, test } from 'vitest'
import { median, quantile, rounded } from './statistics.ts'

test('the median of an even number of values is the mean of the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([3, 1, 2])).toBe(2)
})

test('a quantile is a value that was measured', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(quantile(hundred, 0.99)).toBe(99)
  expect(quantile(hundred, 1)).toBe(100)
  expect(quantile([7], 0.5)).toBe(7)
})

test('of nothing there is neither', () => {
  expect(() => median([])).toThrow(RangeError)
  expect(() => quantile([], 0.5)).toThrow(RangeError)
})

test('figures are rounded to two digits', () => {
  expect(rounded(1.005 + 0.001)).toBe(1.01)
})
