import { beforeEach, expect, test } from 'vitest'
import { defaults } from '../defaults.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { createSessionIndex, type IndexedSession, type SessionIndex } from './session-index.ts'

const issuer = 'https://provider.example'
const owner = { issuer, subject: 'alice' }
const providerSession = { issuer, providerSid: 'op-1' }

let time: number
let store: RecordingStore
let index: SessionIndex

beforeEach(() => {
  time = 1_800_000_000_000
  store = createRecordingStore(() => time)
  index = createSessionIndex({ store, now: () => time })
})

const session = (sid: string, lifeMs = 60_000): IndexedSession => ({
  sid,
  login: {
    ...owner,
    providerSid: 'op-1',
    user: { sub: 'alice' },
    createdAt: time,
    expiresAt: time + lifeMs,
  },
})

const names = (count: number) => Array.from({ length: count }, (_, serial) => `sid-${serial}`)

test('sessions that begin at once are all found, whoever wins which swap', async () => {
  const other = createSessionIndex({ store, now: () => time })
  const sids = names(40)
  await Promise.all(sids.map((sid, at) => (at % 2 === 0 ? index : other).add(session(sid))))
  expect((await index.bySubject(owner)).toSorted()).toEqual(sids.toSorted())
  expect((await other.byProviderSid(providerSession)).toSorted()).toEqual(sids.toSorted())
})

test('sessions that begin and end at once leave exactly those that live', async () => {
  const sids = names(20)
  await Promise.all(sids.map((sid) => index.add(session(sid))))
  const late = names(40).slice(20)
  await Promise.all([
    ...sids.map((sid) => index.remove(session(sid))),
    ...late.map((sid) => index.add(session(sid))),
  ])
  expect((await index.bySubject(owner)).toSorted()).toEqual(late.toSorted())
})

test('a change that loses its swap is made again, and loses nothing', async () => {
  await index.add(session('first'))
  let isHeld = true
  store.before = async ({ method }) => {
    if (method !== 'swap' || !isHeld) return
    isHeld = false
    await index.add(session('in between'))
  }
  await index.add(session('second'))
  expect((await index.bySubject(owner)).toSorted()).toEqual(['first', 'in between', 'second'])
})

test('what has passed its absolute limit is not found, and gone with the next write', async () => {
  await index.add(session('short', 1_000))
  await index.add(session('long'))
  time += 1_000
  expect(await index.bySubject(owner)).toEqual(['long'])
  await index.add(session('new'))
  expect(store.written.at(-1)?.value).not.toContain('short')
})

test('a list without entries is no entry', async () => {
  await index.add(session('only'))
  await index.remove(session('only'))
  expect(await index.bySubject(owner)).toEqual([])
  for (const { key } of store.written) expect(await store.get(key)).toBeUndefined()
})

test('the same subject of another issuer is somebody else', async () => {
  await index.add(session('ours'))
  expect(await index.bySubject({ issuer: 'https://other.example', subject: 'alice' })).toEqual([])
})

test('no key names a user', async () => {
  await index.add(session('sid'))
  for (const { key } of store.written) expect(key).not.toMatch(/alice|op-1|provider\.example/)
})

test('who is beyond the limit is told, and stays listed until taken out', async () => {
  for (const sid of names(defaults.indexedSessions)) await index.add(session(sid))
  expect(await index.beyondLimit(session('one more'))).toEqual([])
  await index.add(session('one more'))
  await index.add(session('another'))
  expect(await index.beyondLimit(session('another'))).toEqual(['sid-0', 'sid-1'])
  expect(await index.bySubject(owner)).toContain('sid-0')
  await index.remove(session('sid-0'))
  expect(await index.beyondLimit(session('another'))).toEqual(['sid-1'])
})
