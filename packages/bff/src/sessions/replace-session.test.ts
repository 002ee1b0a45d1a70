import { StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defaults } from '../defaults.ts'
import type { Browser } from '../testing/browser.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import {
  createRecordingStore,
  type RecordingStore,
  type StoreCall,
} from '../testing/recording-store.ts'

const cookieName = '__Host-Http-coatcheck'
const pauseMs = defaults.storeRetryMs.pause

let harness: Harness
let store: RecordingStore

beforeEach(async () => {
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  await harness.login()
  harness.advance(60)
})
afterEach(async () => {
  vi.useRealTimers()
  mendStore()
  await harness.close()
})

const sidOf = (browser: Browser) => browser.jar.get(`${cookieName}-hint`)?.value ?? ''

const copyOf = (browser: Browser): Browser => {
  const copy = harness.newBrowser()
  for (const [name, cookie] of browser.jar) copy.jar.set(name, cookie)
  return copy
}

const sessionOf = async (browser: Browser) => (await browser.get('/bff/session')).json()

const outage = (): never => {
  throw new StoreError('store_unavailable', 'The connection is gone.')
}

const mendStore = () => {
  store.before = () => {}
  store.after = () => {}
}

const isSwapOf =
  (sid: string) =>
  ({ method, key }: StoreCall) =>
    method === 'swap' && key === `session:${sid}`

/** The callback of a login, with the time that is waited for passing as fast as it can. */
const finishLogin = async (authorizationUrl: string, browser = harness.browser) => {
  // Twice in one test, what the first one waits for goes on.
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let isDone = false
  const path = harness.callbackPath(authorizationUrl)
  const work = browser.navigate(path, 'cross-site').finally(() => {
    isDone = true
  })
  while (!isDone) await vi.advanceTimersByTimeAsync(pauseMs)
  return work
}

const waitForEnds = async () => {
  for (let turn = 0; turn < 20; turn += 1) await vi.advanceTimersByTimeAsync(pauseMs)
  vi.useRealTimers()
  await harness.bff.close()
}

const eventsOf = (event: string) => harness.log.filter(({ fields }) => fields.event === event)

test('B26 a login stands though the session before it cannot be ended, which is made up for', async () => {
  const before = copyOf(harness.browser)
  const isEnd = isSwapOf(sidOf(before))
  const authorizationUrl = await harness.startLogin()
  store.before = (call) => {
    if (isEnd(call)) outage()
  }
  expect((await finishLogin(authorizationUrl)).location).toBe(`${harness.origin}/`)
  expect(await sessionOf(harness.browser)).toMatchObject({ authenticated: true })
  expect(eventsOf('session.end_unsettled').map(({ fields }) => fields.code)).toEqual(['replaced'])
  mendStore()
  await waitForEnds()
  expect(await sessionOf(harness.browser)).toMatchObject({ authenticated: true })
  expect(await sessionOf(before)).toEqual({ authenticated: false, reason: 'replaced' })
})

test('B26 a login stands though the answer to the end before it stays lost', async () => {
  const before = copyOf(harness.browser)
  const key = `session:${sidOf(before)}`
  const authorizationUrl = await harness.startLogin()
  store.before = (call) => {
    if (call.method === 'touch' && call.key === key) outage()
  }
  store.after = (call) => {
    if (call.method === 'swap' && call.key === key) outage()
  }
  expect((await finishLogin(authorizationUrl)).location).toBe(`${harness.origin}/`)
  mendStore()
  await waitForEnds()
  expect(await sessionOf(harness.browser)).toMatchObject({ authenticated: true })
  expect(await sessionOf(before)).toEqual({ authenticated: false, reason: 'replaced' })
})

test('B26 a login that is undone at a store that goes away leaves the session that was there', async () => {
  const before = copyOf(harness.browser)
  const authorizationUrl = await harness.startLogin()
  let isAway = false
  store.before = ({ key }) => {
    isAway ||= key.startsWith('overtaken:')
    if (isAway) outage()
  }
  const { location } = await finishLogin(authorizationUrl)
  expect(location).toContain('login_error=store_unavailable')
  mendStore()
  await waitForEnds()
  expect(await sessionOf(before)).toMatchObject({ authenticated: true })
  expect(await sessionOf(harness.browser)).toMatchObject({ authenticated: true })
  expect((await harness.browser.get('/bff/sessions')).json().sessions).toHaveLength(1)
})

test('B26 a login stands at a store that goes away once the session before it is to end', async () => {
  const before = copyOf(harness.browser)
  const isEnd = isSwapOf(sidOf(before))
  const authorizationUrl = await harness.startLogin()
  let isAway = false
  store.before = (call) => {
    isAway ||= isEnd(call)
    if (isAway) outage()
  }
  const { location } = await finishLogin(authorizationUrl)
  expect(location).not.toContain('login_error')
  mendStore()
  await waitForEnds()
  expect(await sessionOf(harness.browser)).toMatchObject({ authenticated: true })
  expect(await sessionOf(before)).toEqual({ authenticated: false, reason: 'replaced' })
})

test('B26 a login that is revoked before the session before it could be ended replaces nothing', async () => {
  const before = copyOf(harness.browser)
  const isEnd = isSwapOf(sidOf(before))
  const authorizationUrl = await harness.startLogin()
  store.before = (call) => {
    if (isEnd(call)) outage()
  }
  await finishLogin(authorizationUrl)
  expect(await harness.bff.endSessions({ sid: sidOf(harness.browser) })).toBe(1)
  mendStore()
  await waitForEnds()
  expect(await sessionOf(before)).toMatchObject({ authenticated: true })
  expect((await before.get('/bff/sessions')).json().sessions).toHaveLength(1)
})

test('B26 while a login is being revoked the session before it does not give way to it', async () => {
  const before = copyOf(harness.browser)
  const isEnd = isSwapOf(sidOf(before))
  const authorizationUrl = await harness.startLogin()
  store.before = (call) => {
    if (isEnd(call)) outage()
  }
  await finishLogin(authorizationUrl)
  const sid = sidOf(harness.browser)
  const isRevocation = isSwapOf(sid)
  const gate = createGate()
  // From here on the session before it could be ended again.
  store.before = (call) => (isRevocation(call) ? gate.pass() : undefined)
  const ended = harness.bff.endSessions({ sid })
  await gate.reached
  await vi.advanceTimersByTimeAsync(3 * pauseMs)
  gate.open()
  expect(await ended).toBe(1)
  await waitForEnds()
  expect(await sessionOf(before)).toMatchObject({ authenticated: true })
  expect((await before.get('/bff/sessions')).json().sessions).toHaveLength(1)
})

test('B26 a login replaces the session before it though one that was revoked had tried the same', async () => {
  const before = copyOf(harness.browser)
  const again = copyOf(harness.browser)
  const isEnd = isSwapOf(sidOf(before))
  const authorizationUrls = [
    await harness.startLogin(),
    await harness.startLogin('/bff/login', again),
  ] as const
  store.before = (call) => {
    if (isEnd(call)) outage()
  }
  await finishLogin(authorizationUrls[0])
  const revoked = sidOf(harness.browser)
  expect(await harness.bff.endSessions({ sid: revoked })).toBe(1)
  // So that the first of them has not found out yet when the other comes.
  store.before = (call) => {
    if (isEnd(call) || call.key === `session:${revoked}`) outage()
  }
  await finishLogin(authorizationUrls[1], again)
  mendStore()
  await waitForEnds()
  expect(await sessionOf(again)).toMatchObject({ authenticated: true })
  expect(await sessionOf(before)).toEqual({ authenticated: false, reason: 'replaced' })
  expect((await again.get('/bff/sessions')).json().sessions).toHaveLength(1)
})

test('B26 a logout of the new session does not spare the one it replaces', async () => {
  const before = copyOf(harness.browser)
  const isEnd = isSwapOf(sidOf(before))
  const authorizationUrl = await harness.startLogin()
  store.before = (call) => {
    if (isEnd(call)) outage()
  }
  await finishLogin(authorizationUrl)
  await harness.browser.post('/bff/logout')
  mendStore()
  await waitForEnds()
  expect(await sessionOf(before)).toEqual({ authenticated: false, reason: 'replaced' })
})

test('B26 a session whose end is still to be stored goes though the login after it was replaced', async () => {
  const before = copyOf(harness.browser)
  const isEnd = isSwapOf(sidOf(before))
  store.before = (call) => {
    if (isEnd(call)) outage()
  }
  await finishLogin(await harness.startLogin())
  harness.advance(60)
  await finishLogin(await harness.startLogin())
  mendStore()
  await waitForEnds()
  expect(await sessionOf(before)).toEqual({ authenticated: false, reason: 'replaced' })
  expect((await harness.browser.get('/bff/sessions')).json().sessions).toHaveLength(1)
})

test('a session that was replaced and could not be ended for ten minutes is given up, and says so', async () => {
  const isEnd = isSwapOf(sidOf(harness.browser))
  const authorizationUrl = await harness.startLogin()
  store.before = (call) => {
    if (isEnd(call)) outage()
  }
  await finishLogin(authorizationUrl)
  await vi.advanceTimersByTimeAsync(defaults.storeRetryMs.limit)
  await waitForEnds()
  const told = eventsOf('session.end_given_up').map(({ level, fields }) => [level, fields.code])
  expect(told).toEqual([['error', 'replaced']])
  expect(await sessionOf(harness.browser)).toMatchObject({ authenticated: true })
})
