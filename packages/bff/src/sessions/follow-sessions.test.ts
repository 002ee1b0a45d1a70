import { StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defaults } from '../defaults.ts'
import type { Browser } from '../testing/browser.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { createSessionIndex } from './session-index.ts'

let harness: Harness
let store: RecordingStore

beforeEach(async () => {
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
})
afterEach(async () => {
  vi.useRealTimers()
  await harness.close()
})

const outage = () => new StoreError('store_unavailable', 'The connection is gone.')
const isLoggedIn = async (browser: Browser) =>
  (await browser.get('/bff/session')).json().authenticated === true
const sidOf = ({ jar }: Browser) => jar.get('__Host-Http-coatcheck-hint')?.value ?? ''

const indexOf = () => createSessionIndex({ store, now: harness.now })
const owner = () => ({ issuer: harness.provider.issuer, subject: 'alice' })

/** Logs alice in, and lists as many sessions after hers as her list may hold. */
const logInAndFill = async () => {
  await harness.login(harness.browser, 'alice')
  const createdAt = harness.now()
  const login = { ...owner(), user: { sub: 'alice' }, createdAt, expiresAt: createdAt + 60_000_000 }
  const index = indexOf()
  for (let serial = 1; serial < defaults.indexedSessions; serial += 1) {
    await index.add({ sid: `sid-${serial}`, login })
  }
  harness.advance(10)
}

const logInOther = async () => {
  const other = harness.newBrowser()
  const answer = await harness.login(other, 'alice')
  return { other, answer }
}

test('B51 a session that has to give way in the list ends, and its refresh token is revoked', async () => {
  await logInAndFill()
  expect(await isLoggedIn(harness.browser)).toBe(true)
  const { other } = await logInOther()
  expect((await harness.browser.get('/bff/session')).json()).toMatchObject({ reason: 'revoked' })
  expect(await isLoggedIn(other)).toBe(true)
  const listed = await indexOf().bySubject(owner())
  expect(listed).not.toContain(sidOf(harness.browser))
  expect(listed.length).toBe(defaults.indexedSessions)
  await harness.bff.close()
  expect(harness.provider.count('/revoke')).toBe(1)
})

test('B51 a session that has to give way, but cannot be ended, is found by every logout', async () => {
  await logInAndFill()
  const sid = sidOf(harness.browser)
  const isSwap = createGate()
  store.before = ({ method, key }) => {
    if (method !== 'swap' || key !== `session:${sid}`) return
    void isSwap.pass()
    throw outage()
  }
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const login = logInOther()
  await isSwap.reached
  await vi.advanceTimersByTimeAsync(defaults.endWaitMs)
  const { other } = await login
  expect(await indexOf().bySubject(owner())).toContain(sid)
  store.before = () => {}
  const ended = harness.bff.endSessions({ subject: 'alice' })
  await vi.advanceTimersByTimeAsync(defaults.storeRetryMs.pause)
  expect(await ended).toBe(2)
  expect([await isLoggedIn(harness.browser), await isLoggedIn(other)]).toEqual([false, false])
})

test('B51 what is listed without a record gives way once', async () => {
  await logInAndFill()
  await logInOther()
  expect(await indexOf().bySubject(owner())).toContain('sid-1')
  await logInOther()
  const listed = await indexOf().bySubject(owner())
  expect(listed).not.toContain('sid-1')
  expect(listed.length).toBe(defaults.indexedSessions)
})

test('B51 a login whose record is not stored pushes no session out of the list', async () => {
  await logInAndFill()
  store.before = ({ method, key }) => {
    if (method === 'put' && key.startsWith('session:')) throw outage()
  }
  await logInOther()
  store.before = () => {}
  expect(await isLoggedIn(harness.browser)).toBe(true)
  expect(await harness.bff.endSessions({ subject: 'alice' })).toBe(1)
  expect(await isLoggedIn(harness.browser)).toBe(false)
})
