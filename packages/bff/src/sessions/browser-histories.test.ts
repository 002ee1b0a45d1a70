import { randomBytes } from 'node:crypto'
import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import { type History, playHistory } from '../testing/browser-history.ts'
import { createSessionProcess } from '../testing/session-process.ts'
import { hashSecret } from './hash-secret.ts'
import { parseStoredSession, type SessionRecord } from './session-record.ts'

const seeds = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at)

const sum = (histories: readonly History[], of: (history: History) => number) =>
  histories.reduce((total, history) => total + of(history), 0)

/** The record and its expiry as a thief finds them: every attempt starts from a copy of its own. */
const readEntry = async ({ jar, store }: History) => {
  const entry = await store.get(`session:${jar.slice(0, 22)}`)
  if (entry === undefined) throw new Error('The session of a history is gone.')
  return entry
}

/** Secrets of the session that are neither current nor next to it. */
const outdatedOf = async (history: History): Promise<readonly string[]> => {
  const { secret } = parseStoredSession((await readEntry(history)).value) as SessionRecord
  const near = [secret.currentHash, secret.child?.hash, secret.former?.hash]
  return history.sent.filter((cookie) => !near.includes(hashSecret(cookie.slice(23))))
}

const replay = async (history: History, cookie: string) => {
  const { now, sealingKeys, jar } = history
  const { value, expiresAt } = await readEntry(history)
  const store = createMemoryStore({ now })
  await store.put(`session:${jar.slice(0, 22)}`, { value, expiresAt })
  const process = createSessionProcess({ store, now, randomBytes, sealingKeys })
  const thief = await process.call(cookie, { slide: true })
  const user = await process.call(jar, { slide: true })
  return [thief.outcome, user.outcome, process.countOf('session.replayed')]
}

test('ten thousand browsers with lost answers, retries and sleeping tabs raise no false alarm', {
  timeout: 240_000,
}, async () => {
  const totals = { calls: 0, lates: 0, sent: 0 }
  for (const seed of seeds(1, 10_000)) {
    const { alarms, calls, lates, sent } = await playHistory({ seed })
    expect([seed, alarms]).toEqual([seed, []])
    totals.calls += calls
    totals.lates += lates
    totals.sent += sent.length - 1
  }
  // They were worth the name: thousands of rotations, and requests that came much too late.
  expect(totals.calls).toBeGreaterThan(200_000)
  expect(totals.sent).toBeGreaterThan(20_000)
  expect(totals.lates).toBeGreaterThan(1_000)
})

test('every replay of a secret older than the parent is detected, ends the session and is audited', async () => {
  let replays = 0
  for (const seed of seeds(20_001, 500)) {
    const history = await playHistory({ seed })
    for (const cookie of await outdatedOf(history)) {
      expect([seed, ...(await replay(history, cookie))]).toEqual([seed, 'replayed', 'replayed', 1])
      replays += 1
    }
  }
  expect(replays).toBeGreaterThan(500)
})

test('the histories would show it if secrets rotated faster than messages travel', async () => {
  const histories = []
  for (const seed of seeds(30_001, 300)) {
    histories.push(await playHistory({ seed, secretRotationSeconds: 60 }))
  }
  expect(sum(histories, ({ alarms }) => alarms.length)).toBeGreaterThan(0)
})
