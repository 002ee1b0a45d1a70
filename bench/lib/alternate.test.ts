import { expect, test } from 'vitest'
import { alternate, medianRatio } from './alternate.ts'

test('everyone has a turn in every round, and begins one in turn', async () => {
  const turns: string[] = []
  const contestant = (name: string) => ({ name, round: async () => turns.push(name) })
  await alternate([contestant('a'), contestant('b')], { rounds: 3, warmUp: 0 })
  expect(turns.join('')).toBe('abbaab')
})

test('rounds to warm up do not count', async () => {
  let turn = 0
  const contestant = { name: 'a', round: async () => (turn += 1) }
  const rounds = await alternate([contestant], { rounds: 2, warmUp: 3 })
  expect(rounds.get('a')).toEqual([4, 5])
})

test('a ratio compares what happened in the same round', () => {
  const rounds = new Map([
    ['a', [10, 1, 30]],
    ['b', [5, 1, 10]],
  ])
  expect(medianRatio(rounds, 'a', 'b')).toBe(2)
})
