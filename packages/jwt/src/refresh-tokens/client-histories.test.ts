import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import { type ClientHistory, playClient } from '../testing/refresh/client-history.ts'
import { client, verdictOf } from '../testing/refresh/family-harness.ts'
import { createRefreshTokens } from './create-refresh-tokens.ts'
import type { LiveFamily } from './family-record.ts'
import type { RefreshEvent } from './outcomes.ts'
import { hashToken } from './refresh-token.ts'

const seeds = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at)

/** The record as a thief finds it: every attempt starts from a copy of its own. */
const readEntry = async ({ store, familyId }: ClientHistory) => {
  const entry = await store.get(`refresh-family:${familyId}`)
  if (entry === undefined) throw new Error('The family of a history is gone.')
  return entry
}

/** Tokens of the family that are neither current nor its successor; the parent's grace is over. */
const outdatedOf = async (history: ClientHistory): Promise<readonly string[]> => {
  const { rotation } = JSON.parse((await readEntry(history)).value) as LiveFamily
  const near = [rotation.currentHash, rotation.child?.hash]
  const hashes = await Promise.all(history.sent.map(hashToken))
  return history.sent.filter((_, at) => !near.includes(hashes[at]))
}

const replay = async (history: ClientHistory, token: string) => {
  const { now, familyId, held } = history
  const { value, expiresAt } = await readEntry(history)
  const copy = createMemoryStore({ now })
  await copy.put(`refresh-family:${familyId}`, { value, expiresAt })
  const events: RefreshEvent[] = []
  const later = () => now() + 60_000
  const refreshTokens = createRefreshTokens({
    store: copy,
    now: later,
    onEvent: (event) => events.push(event),
  })
  const thief = await refreshTokens.rotate({ token, clientId: client })
  const user = await refreshTokens.rotate({ token: held, clientId: client })
  return [verdictOf(thief), verdictOf(user), events.length]
}

test('J73 hundreds of clients with lost answers, parallel workers and slow networks raise no false alarm', async () => {
  const totals = { calls: 0, repeats: 0, lost: 0, sent: 0 }
  for (const seed of seeds(1, 120)) {
    const { alarms, calls, repeats, lost, sent } = await playClient(seed)
    expect([seed, alarms]).toEqual([seed, []])
    totals.calls += calls
    totals.repeats += repeats
    totals.lost += lost
    totals.sent += sent.length - 1
  }
  // They were worth the name: thousands of uses, many of them parallel or again.
  expect(totals.calls).toBeGreaterThan(1_500)
  expect(totals.repeats).toBeGreaterThan(600)
  expect(totals.lost).toBeGreaterThan(300)
  expect(totals.sent).toBeGreaterThan(480)
})

test('J72 every replay of a replaced token is detected, ends the family and is an event', async () => {
  let replays = 0
  for (const seed of seeds(1_001, 40)) {
    const history = await playClient(seed)
    for (const token of await outdatedOf(history)) {
      expect([seed, ...(await replay(history, token))]).toEqual([seed, 'reused', 'revoked', 1])
      replays += 1
    }
  }
  expect(replays).toBeGreaterThan(100)
})
