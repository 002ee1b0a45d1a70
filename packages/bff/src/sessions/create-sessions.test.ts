import { beforeEach, expect, test } from 'vitest'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { createSessions, type LiveSession, type Sessions } from './create-sessions.ts'
import type { SessionRecord } from './session-record.ts'

const startedAt = 1_800_000_000_000
const idleSeconds = 3600
const absoluteSeconds = 36_000

let time: number
let store: RecordingStore
let sessions: Sessions

const sealed = (text: string) => ({ grant: text, access: { orders: `token of ${text}` } })

const record: SessionRecord = {
  format: 2,
  sid: 'sid',
  login: {
    issuer: 'https://provider.example',
    subject: 'alice',
    user: { sub: 'alice' },
    createdAt: startedAt,
    expiresAt: startedAt + absoluteSeconds * 1000,
  },
  device: {},
  secret: { generation: 1, currentHash: 'hash', since: startedAt },
  tokens: { generation: 1, ...sealed('first') },
}

beforeEach(async () => {
  time = startedAt
  store = createRecordingStore(() => time)
  sessions = createSessions({ store, now: () => time, idleSeconds })
  await sessions.create(record)
})

const advance = (seconds: number) => {
  time += seconds * 1000
}

const readLive = async (): Promise<LiveSession> => {
  const lookup = await sessions.read('sid')
  if (lookup.kind !== 'live') throw new Error(`The session is ${lookup.kind}.`)
  return lookup.session
}

const callsOf = (method: string) => store.calls.filter((call) => call.method === method).length

test('a sid is given out once', async () => {
  expect(await sessions.create({ ...record, tokens: { generation: 1, ...sealed('other') } })).toBe(
    false,
  )
  expect((await readLive()).record.tokens.grant).toBe('first')
})

test('B45 a session ends when nobody used it for the idle time, to the millisecond', async () => {
  time = startedAt + idleSeconds * 1000 - 1
  expect((await sessions.read('sid')).kind).toBe('live')
  time += 1
  expect(await sessions.read('sid')).toEqual({ kind: 'ended', reason: 'expired' })
})

test('B45 however much it is used a session ends at its absolute limit', async () => {
  for (let used = 0; used < absoluteSeconds; used += 1800) {
    await sessions.slide(await readLive())
    advance(1800)
  }
  expect(await sessions.read('sid')).toMatchObject({ kind: 'ended', reason: 'expired' })
})

test('B45 a renewal does not move the limits', async () => {
  advance(idleSeconds - 10)
  const session = await readLive()
  const change = await sessions.changeTokens(session, sealed('second'))
  expect(change.kind).toBe('stored')
  expect((await readLive()).idleExpiresAt).toBe(session.idleExpiresAt)
  advance(10)
  expect((await sessions.read('sid')).kind).toBe('ended')
})

test('a slide is written at most once a minute', async () => {
  for (let second = 0; second < 180; second += 1) {
    advance(1)
    await sessions.slide(await readLive())
  }
  expect(callsOf('touch')).toBe(3)
  expect(callsOf('swap')).toBe(0)
})

test('near the absolute limit a slide has nothing left to gain and is not written', async () => {
  for (let used = 0; used < absoluteSeconds - idleSeconds; used += 1800) {
    advance(1800)
    await sessions.slide(await readLive())
  }
  const before = callsOf('touch')
  for (let used = 0; used < idleSeconds - 60; used += 60) {
    advance(60)
    await sessions.slide(await readLive())
  }
  expect(callsOf('touch')).toBe(before)
})

test('an ended session is told for fifteen minutes and then unknown', async () => {
  expect(await sessions.end('sid', 'logout')).toEqual(record)
  advance(899)
  expect(await sessions.read('sid')).toMatchObject({ kind: 'ended', reason: 'logout' })
  advance(1)
  expect(await sessions.read('sid')).toEqual({ kind: 'unknown' })
})

test('a slide that arrives after the end neither revives the session nor prolongs its memory', async () => {
  advance(600)
  const session = await readLive()
  await sessions.end('sid', 'logout')
  await sessions.slide(session)
  expect(await sessions.read('sid')).toMatchObject({ kind: 'ended', reason: 'logout' })
  advance(900)
  expect(await sessions.read('sid')).toEqual({ kind: 'unknown' })
})

test('the first reason a session ended for is the one that is told', async () => {
  await sessions.end('sid', 'logout')
  expect(await sessions.end('sid', 'replaced')).toBeUndefined()
  expect(await sessions.read('sid')).toMatchObject({ reason: 'logout' })
})

test('an expired session cannot be ended once more for another reason', async () => {
  advance(idleSeconds)
  expect(await sessions.end('sid', 'logout')).toBeUndefined()
  expect(await sessions.read('sid')).toMatchObject({ reason: 'expired' })
})

test('a tombstone holds no tokens and nothing of the user', async () => {
  await sessions.end('sid', 'logout')
  const { value } = store.written.at(-1) ?? {}
  expect(JSON.parse(value ?? '')).toEqual({
    format: 2,
    sid: 'sid',
    ended: { reason: 'logout', at: startedAt, mark: expect.stringMatching(/^[\w-]{16}$/) },
  })
})

test('of two token changes from one state the first stands and the second is told', async () => {
  const session = await readLive()
  expect((await sessions.changeTokens(session, sealed('mine'))).kind).toBe('stored')
  const late = await sessions.changeTokens(session, sealed('theirs'))
  expect(late.kind).toBe('superseded')
  expect((await readLive()).record.tokens).toEqual({ generation: 2, ...sealed('mine') })
})

test('of many parallel token changes exactly one stands', async () => {
  const session = await readLive()
  const texts = Array.from({ length: 20 }, (_, index) => `set ${index}`)
  const changes = await Promise.all(
    texts.map((text) => sessions.changeTokens(session, sealed(text))),
  )
  expect(changes.filter(({ kind }) => kind === 'stored').length).toBe(1)
  expect(changes.filter(({ kind }) => kind === 'superseded').length).toBe(19)
  expect((await readLive()).record.tokens.generation).toBe(2)
})

test('B87 a token change after the end stores nothing and says why', async () => {
  const session = await readLive()
  await sessions.end('sid', 'logout')
  expect(await sessions.changeTokens(session, sealed('late'))).toEqual({
    kind: 'gone',
    reason: 'logout',
  })
  advance(900)
  expect(await sessions.changeTokens(session, sealed('late'))).toEqual({
    kind: 'gone',
    reason: undefined,
  })
  expect(store.written.some(({ value }) => value.includes('late'))).toBe(false)
})

test('B87 a session that ends between the read and the write of a token change stays ended', async () => {
  const session = await readLive()
  let isEnded = false
  store.before = async ({ method }) => {
    if (method !== 'swap' || isEnded) return
    isEnded = true
    await sessions.end('sid', 'logout')
  }
  expect(await sessions.changeTokens(session, sealed('late'))).toEqual({
    kind: 'gone',
    reason: 'logout',
  })
  expect(await sessions.read('sid')).toMatchObject({ kind: 'ended', reason: 'logout' })
})

test('an end that loses against a token change is tried again', async () => {
  const session = await readLive()
  let isChanged = false
  store.before = async ({ method }) => {
    if (method !== 'swap' || isChanged) return
    isChanged = true
    await sessions.changeTokens(session, sealed('newer'))
  }
  const ended = await sessions.end('sid', 'logout')
  expect(ended?.tokens).toEqual({ generation: 2, ...sealed('newer') })
  expect(await sessions.read('sid')).toMatchObject({ kind: 'ended', reason: 'logout' })
})

test('a slide during a renewal is not lost', async () => {
  advance(idleSeconds - 60)
  const renewing = await readLive()
  await sessions.slide(await readLive())
  expect((await sessions.changeTokens(renewing, sealed('second'))).kind).toBe('stored')
  advance(120)
  expect((await readLive()).record.tokens.grant).toBe('second')
})

test('a record of another format is an unknown session', async () => {
  await store.put('session:other', {
    value: JSON.stringify({ ...record, format: 1 }),
    expiresAt: time + 1e6,
  })
  expect(await sessions.read('other')).toEqual({ kind: 'unknown' })
})
