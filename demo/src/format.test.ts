import { expect, test } from 'vitest'
import { formatAgo } from './format.ts'

const now = Date.UTC(2026, 10, 22, 12)
const minute = 60_000

test.each([
  ['the same moment', 0, 'just now'],
  ['a server whose clock is ahead', -2 * minute, 'just now'],
  ['half a minute', 0.4 * minute, 'just now'],
  ['a minute', minute, '1 minute ago'],
  ['almost an hour', 59 * minute, '59 minutes ago'],
  ['an hour', 60 * minute, '1 hour ago'],
  ['most of a day', 23 * 60 * minute, '23 hours ago'],
  ['a day', 24 * 60 * minute, 'yesterday'],
  ['two weeks', 14 * 24 * 60 * minute, '14 days ago'],
])('%s is told in words', (_name, ageMs, words) => {
  expect(formatAgo(now - ageMs, now)).toBe(words)
})
