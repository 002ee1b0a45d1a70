import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { defaults } from '../defaults.ts'
import type { BffOptions } from '../options.ts'
import type { Browser } from '../testing/browser.ts'
import { type EventStream, openEventStream } from '../testing/event-stream.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { logoutClaims, makeToken, sendLogoutToken } from '../testing/logout-tokens.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { type SecondProcess, startSecondProcess } from '../testing/second-process.ts'

/** By default a wait is given up after one second, which a busy machine may take. */
const patience = { timeout: 20_000 }

let harness: Harness
let store: RecordingStore
let other: SecondProcess
let streams: EventStream[]

beforeEach(async () => {
  // Only the beat: everything else here is real traffic.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  streams = []
  let options: BffOptions | undefined
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
    bff: (standard) => {
      options = standard
      return standard
    },
  })
  if (options === undefined) throw new Error('The harness asks for its options.')
  other = await startSecondProcess(options)
  await harness.login()
})
afterEach(async () => {
  for (const stream of streams) stream.close()
  await other.close()
  await harness.close()
  vi.useRealTimers()
})

const open = async (browser: Browser = harness.browser, port?: number) => {
  const { origin } = harness
  const where = port === undefined ? { origin, browser } : { origin, browser, port }
  const stream = await openEventStream(where)
  streams.push(stream)
  return stream
}

const beat = () => vi.advanceTimersByTime(defaults.heartbeatMs)

test('an event stream is one, is not stored and not held back', async () => {
  const { status, headers } = await open()
  expect(status).toBe(200)
  expect(headers['content-type']).toMatch(/^text\/event-stream/)
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['x-accel-buffering']).toBe('no')
  expect(headers['set-cookie']).toBeUndefined()
})

test('every tab of an ended session learns at once, in every process, and its stream ends', async () => {
  const tabs = [await open(), await open(), await open(harness.browser, other.port)]
  const bystander = harness.newBrowser()
  await harness.login(bystander, 'bob')
  const unconcerned = await open(bystander, other.port)
  await harness.browser.post('/bff/logout')
  for (const tab of tabs) {
    expect(await tab.next()).toEqual({ event: 'session.ended', data: { reason: 'logout' } })
    expect(await tab.next()).toBe('closed')
  }
  expect(unconcerned.received).toEqual([])
})

test('B111 a tab in another process learns of a logout at the provider', async () => {
  const tab = await open(harness.browser, other.port)
  const claims = { ...logoutClaims(harness), sub: 'alice' }
  await sendLogoutToken(harness, makeToken(harness, { claims }))
  expect(await tab.next()).toEqual({ event: 'session.ended', data: { reason: 'revoked' } })
})

test('a login over a login tells the tabs of the one it replaces', async () => {
  const tab = await open(harness.browser, other.port)
  await harness.login()
  expect(await tab.next()).toEqual({ event: 'session.ended', data: { reason: 'replaced' } })
})

test('a renewal is a change', async () => {
  const tab = await open(harness.browser, other.port)
  harness.advance(601)
  await harness.browser.post('/bff/token')
  expect(await tab.next()).toEqual({ event: 'session.changed', data: {} })
})

test('a session about to end is announced once for each limit, and ended without a message', async () => {
  const tab = await open()
  harness.advance(defaults.idleSeconds - 90)
  beat()
  expect(await tab.next()).toEqual({ event: 'session.expiring', data: { expiresInSeconds: 90 } })
  beat()
  await harness.browser.get('/bff/session')
  beat()
  harness.advance(defaults.idleSeconds - 60)
  beat()
  expect(await tab.next()).toEqual({ event: 'session.expiring', data: { expiresInSeconds: 60 } })
  harness.advance(60)
  beat()
  expect(await tab.next()).toEqual({ event: 'session.ended', data: { reason: 'expired' } })
  expect(await tab.next()).toBe('closed')
})

test('a lost message is made up for by the next beat', async () => {
  const tab = await open()
  const sid = harness.browser.jar.get('__Host-Http-coatcheck-hint')?.value ?? ''
  await harness.store.drop(`session:${sid}`)
  beat()
  expect(await tab.next()).toEqual({ event: 'session.ended', data: {} })
})

test('a made-up message ends nothing: only the record is believed', async () => {
  const tab = await open()
  const sid = harness.browser.jar.get('__Host-Http-coatcheck-hint')?.value ?? ''
  const channel = harness.store.channel('sessions')
  for (const message of [
    JSON.stringify({ kind: 'ended', sid, reason: 'revoked' }),
    JSON.stringify({ sid: 1 }),
    'null',
    'x',
  ]) {
    await channel.publish(message)
  }
  harness.advance(601)
  await harness.browser.post('/bff/token')
  expect(await tab.next()).toEqual({ event: 'session.changed', data: {} })
  expect((await harness.browser.get('/bff/session')).json().authenticated).toBe(true)
})

test('a store that cannot be reached for a while ends no stream', async () => {
  const tab = await open()
  store.before = ({ method }) => {
    if (method === 'get') throw Object.assign(new Error('down'), { code: 'store_unavailable' })
  }
  beat()
  store.before = () => {}
  harness.advance(601)
  await harness.browser.post('/bff/token')
  expect(await tab.next()).toEqual({ event: 'session.changed', data: {} })
})

test('a session that ends while its stream is being opened is told of at once', async () => {
  const end = harness.bff.endSessions
  const [sid = ''] = (harness.browser.jar.get('__Host-Http-coatcheck')?.value ?? '').split('.')
  const { subscribe } = store.channel('sessions')
  const { channel } = store
  Object.assign(store, {
    channel: (name: string) => ({
      ...channel(name),
      subscribe: async (listener: (message: string) => void) => {
        await end({ sid })
        return subscribe(listener)
      },
    }),
  })
  const tab = await open()
  expect(await tab.next()).toEqual({ event: 'session.ended', data: { reason: 'revoked' } })
  expect(await tab.next()).toBe('closed')
})

test('an open stream moves no idle limit', async () => {
  await open()
  for (let minute = 0; minute < defaults.idleSeconds / 60; minute += 30) {
    harness.advance(30 * 60)
    beat()
  }
  expect((await harness.browser.get('/bff/session')).json().authenticated).toBe(false)
})

test('a session has so many streams and no more; one that is closed makes room', async () => {
  const tabs: EventStream[] = []
  while (tabs.length < defaults.eventStreamsPerSession) tabs.push(await open())
  expect(tabs.every(({ status }) => status === 200)).toBe(true)
  expect((await open()).status).toBe(429)
  const bob = harness.newBrowser()
  await harness.login(bob, 'bob')
  expect((await open(bob)).status).toBe(200)
  tabs[0]?.close()
  await vi.waitFor(async () => expect((await open()).status).toBe(200), patience)
})

test('without a session there is no stream', async () => {
  expect((await open(harness.newBrowser())).status).toBe(401)
  const copy = harness.newBrowser()
  for (const [name, cookie] of harness.browser.jar) copy.jar.set(name, cookie)
  await harness.browser.post('/bff/logout')
  expect((await open(copy)).status).toBe(401)
})

test('a process that shuts down closes its streams', async () => {
  const tab = await open()
  await harness.bff.close()
  expect(await tab.next()).toBe('closed')
})
