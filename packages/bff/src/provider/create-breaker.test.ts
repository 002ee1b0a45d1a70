import { beforeEach, expect, test } from 'vitest'
import type { LogFields } from '../log.ts'
import { createGate } from '../testing/gate.ts'
import { type Breaker, createBreaker } from './create-breaker.ts'
import type { RefreshAnswer } from './request-refresh.ts'

let time: number
let asked: number
let lines: LogFields[]
let breaker: Breaker

beforeEach(() => {
  time = 1_800_000_000_000
  asked = 0
  lines = []
  const write = (fields: LogFields) => lines.push(fields)
  breaker = createBreaker({
    now: () => time,
    // The middle of the jitter: two seconds.
    randomBytes: (size) => Buffer.alloc(size, 127),
    log: { info: write, warn: write, error: write },
  })
})

const down: RefreshAnswer = { kind: 'failed', code: 'provider_unavailable' }
const rejected: RefreshAnswer = { kind: 'rejected' }

const call = (answer: RefreshAnswer = down) =>
  breaker.call(async () => {
    asked += 1
    return answer
  })

const breakDown = async () => {
  for (let index = 0; index < 5; index += 1) await call()
}

test('a provider that is up is asked every time', async () => {
  for (let index = 0; index < 10; index += 1) expect(await call(rejected)).toBe(rejected)
  expect(asked).toBe(10)
})

test('B86 after five outages in a row callers are answered at once, and told when to come back', async () => {
  await breakDown()
  for (let index = 0; index < 100; index += 1) {
    expect(await call()).toEqual({ ...down, retryAfterSeconds: 2 })
  }
  expect(asked).toBe(5)
  time += 1_500
  expect(await call()).toEqual({ ...down, retryAfterSeconds: 1 })
})

test('four outages and an answer are no row', async () => {
  for (let round = 0; round < 5; round += 1) {
    for (let index = 0; index < 4; index += 1) await call()
    await call(rejected)
  }
  expect(asked).toBe(25)
})

const answers: readonly RefreshAnswer[] = [
  rejected,
  { kind: 'failed', code: 'provider_rejected_client' },
  { kind: 'failed', code: 'provider_error' },
]

for (const answer of answers) {
  const name = answer.kind === 'failed' ? answer.code : answer.kind
  test(`an answer is no outage, whatever it says: ${name}`, async () => {
    for (let index = 0; index < 20; index += 1) await call(answer)
    expect(asked).toBe(20)
  })
}

test('B86 after the pause one caller asks, and its answer counts for all', async () => {
  await breakDown()
  time += 2_000
  const gate = createGate()
  const probe = breaker.call(async () => {
    await gate.pass()
    return rejected
  })
  await gate.reached
  for (let index = 0; index < 20; index += 1) {
    expect(await call()).toEqual({ ...down, retryAfterSeconds: 1 })
  }
  expect(asked).toBe(5)
  gate.open()
  expect(await probe).toBe(rejected)
  expect(await call(rejected)).toBe(rejected)
})

test('B86 a provider that is still down is left alone for another pause', async () => {
  await breakDown()
  for (let round = 0; round < 10; round += 1) {
    time += 2_000
    for (let index = 0; index < 20; index += 1) await call()
  }
  expect(asked).toBe(15)
})

test('a caller that could not ask after all leaves the question to the next', async () => {
  await breakDown()
  time += 2_000
  expect(await call({ kind: 'withheld' })).toEqual({ kind: 'withheld' })
  expect(await call(rejected)).toBe(rejected)
})

test('a caller that fails leaves the question to the next', async () => {
  await breakDown()
  time += 2_000
  await expect(breaker.call(() => Promise.reject(new Error('unforeseen')))).rejects.toThrow()
  expect(await call(rejected)).toBe(rejected)
})

test('a clock that is set back does not keep the provider away', async () => {
  await breakDown()
  time -= 3_600_000
  expect(await call(rejected)).toBe(rejected)
})

test('an outage is logged once, not once a call', async () => {
  await breakDown()
  for (let round = 0; round < 10; round += 1) {
    time += 2_000
    await call()
  }
  expect(lines).toEqual([{ event: 'provider.down', failures: 5 }])
})

test('pauses differ from process to process, from one second to three', async () => {
  const pauseOf = async (random: number) => {
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const randomBytes = (size: number) => Buffer.alloc(size, random)
    const other = createBreaker({ now: () => time, randomBytes, log })
    for (let index = 0; index < 5; index += 1) await other.call(async () => down)
    const answer = await other.call(async () => rejected)
    return answer.kind === 'failed' ? answer.retryAfterSeconds : undefined
  }
  expect([await pauseOf(0), await pauseOf(255)]).toEqual([1, 3])
})
