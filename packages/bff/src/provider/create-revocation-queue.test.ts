import { randomBytes } from 'node:crypto'
import { StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defaults } from '../defaults.ts'
import { createSealer } from '../sealing/create-sealer.ts'
import { sealingKey } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import {
  createRevocationQueue,
  type RevocationOutcome,
  type RevocationQueue,
} from './create-revocation-queue.ts'

let time: number
let store: RecordingStore
let outcome: RevocationOutcome
let attempts: string[]
let logged: unknown[]

/** A process: it shares nothing with another but the store and the keys. */
const start = (bytes: (size: number) => Uint8Array = randomBytes): RevocationQueue => {
  const write = (fields: { event?: unknown }) => logged.push(fields.event)
  return createRevocationQueue({
    store,
    now: () => time,
    randomBytes: bytes,
    sealer: createSealer({ keys: [sealingKey], purpose: 'revocation', randomBytes }),
    log: { info: write, warn: write, error: write },
    attempt: async (refreshToken) => {
      attempts.push(refreshToken)
      return outcome
    },
  })
}

beforeEach(() => {
  time = 1_800_000_000_000
  store = createRecordingStore(() => time)
  outcome = 'later'
  attempts = []
  logged = []
})

afterEach(() => {
  vi.useRealTimers()
})

const wait = (seconds: number) => {
  time += seconds * 1000
}

const keysLeft = async () => {
  const keys = [...new Set(store.written.map(({ key }) => key))]
  const entries = await Promise.all(keys.map((key) => store.get(key)))
  return entries.filter((entry) => entry !== undefined).length
}

test('B101 what succeeds at once is never tried again, and nothing of it stays', async () => {
  outcome = 'done'
  const queue = start()
  await queue.revoke('refresh-1')
  wait(86_000)
  await queue.runDue()
  expect(attempts).toEqual(['refresh-1'])
  expect(await keysLeft()).toBe(0)
})

test('B101 what failed is tried again by a process that was started later', async () => {
  await start().revoke('refresh-1')
  outcome = 'done'
  const restarted = start()
  await restarted.runDue()
  expect(attempts).toEqual(['refresh-1'])
  wait(30)
  await restarted.runDue()
  expect(attempts).toEqual(['refresh-1', 'refresh-1'])
  expect(await keysLeft()).toBe(0)
})

test('B101 of many processes one makes each attempt', async () => {
  await start().revoke('refresh-1')
  wait(30)
  await Promise.all([start(), start(), start(), start()].map((queue) => queue.runDue()))
  expect(attempts.length).toBe(2)
})

test('B101 attempts are further and further apart, and there is a last one', async () => {
  const queue = start()
  await queue.revoke('refresh-1')
  for (const seconds of defaults.revocationPausesSeconds) {
    const before = attempts.length
    wait(seconds - 1)
    await queue.runDue()
    expect(attempts.length).toBe(before)
    wait(1)
    await queue.runDue()
    expect(attempts.length).toBe(before + 1)
  }
  wait(80_000)
  await queue.runDue()
  expect(attempts.length).toBe(defaults.revocationPausesSeconds.length + 1)
  expect(logged).toEqual(['provider.revocation_given_up'])
  expect(await keysLeft()).toBe(0)
})

test('B101 what the provider refuses for good is not tried again', async () => {
  outcome = 'refused'
  const queue = start()
  await queue.revoke('refresh-1')
  wait(30)
  await queue.runDue()
  expect(attempts.length).toBe(1)
  expect(await keysLeft()).toBe(0)
})

test('B101 a store that takes nothing does not keep the first attempt from being made', async () => {
  store.before = () => {
    throw new Error('down')
  }
  await start().revoke('refresh-1')
  expect(attempts).toEqual(['refresh-1'])
  await start().runDue()
  expect(logged).toContain('provider.revocation_not_queued')
})

test('B101 what could be neither written down nor done is written down once the store is back', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let failures = 3
  store.before = () => {
    failures -= 1
    if (failures >= 0) throw new StoreError('store_unavailable', 'The connection is gone.')
  }
  const revoking = start().revoke('refresh-1')
  await vi.advanceTimersByTimeAsync(10 * defaults.storeRetryMs.pause)
  await revoking
  wait(30)
  outcome = 'done'
  await start().runDue()
  expect(attempts).toEqual(['refresh-1', 'refresh-1'])
})

test('B101 what could not be written down and is done is not written down any more', async () => {
  outcome = 'done'
  let failures = 1
  store.before = ({ method }) => {
    if (method === 'put' && failures > 0) {
      failures -= 1
      throw new StoreError('store_unavailable', 'The connection is gone.')
    }
  }
  await start().revoke('refresh-1')
  expect(await keysLeft()).toBe(0)
  wait(600)
  await start().runDue()
  expect(attempts).toEqual(['refresh-1'])
})

test('B101 what is to be revoked is written down before the provider may be told', async () => {
  const revoke = await start().add('refresh-1')
  expect(attempts).toEqual([])
  expect(await keysLeft()).toBe(1)
  outcome = 'done'
  await revoke()
  expect(attempts).toEqual(['refresh-1'])
  expect(await keysLeft()).toBe(0)
})

test('B101 logouts at once are all remembered', async () => {
  const queue = start()
  const tokens = Array.from({ length: 60 }, (_, serial) => `refresh-${serial}`)
  await Promise.all(tokens.map((token) => queue.revoke(token)))
  outcome = 'done'
  attempts = []
  for (let round = 0; round < 10; round += 1) {
    wait(30)
    await queue.runDue()
  }
  expect(attempts.toSorted()).toEqual(tokens.toSorted())
})

test('B101 a list that is full keeps the newest: the oldest gives way and is not tried again', async () => {
  // What begins with the same digit is in the same list.
  const queue = start((size) => randomBytes(size).fill(0, 0, 1))
  const tokens = Array.from(
    { length: defaults.revocationsKept + 1 },
    (_, serial) => `refresh-${serial}`,
  )
  for (const token of tokens) await queue.revoke(token)
  expect(attempts).toEqual(tokens)
  outcome = 'done'
  attempts = []
  for (let tried = 0; tried <= tokens.length; tried += defaults.revocationBatch) {
    wait(30)
    await queue.runDue()
  }
  expect(attempts.toSorted()).toEqual(tokens.slice(1).toSorted())
  expect(await keysLeft()).toBe(0)
})

test('B49 a token waits sealed', async () => {
  await start().revoke('refresh-token-in-the-clear')
  for (const { value } of store.written) {
    expect(value).not.toContain('refresh-token-in-the-clear')
    expect(value).not.toContain(Buffer.from('refresh-token-in-the-clear').toString('base64url'))
  }
})
