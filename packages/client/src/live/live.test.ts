// @vitest-environment node
import { expect, test, vi } from 'vitest'
import { problem } from '../fake-bff.fixture.ts'
import type { AuthClient } from '../index.ts'
import { setStage } from '../stage.fixture.ts'
import { startLive } from './index.ts'
import { createEvents } from './live.fixture.ts'

/** By default a wait is given up after one second, which a busy machine may take. */
const patience = { timeout: 20_000 }

const stage = setStage()

const ended = 'event: session.ended\ndata: {"reason":"revoked"}\n\n'
const changed = 'event: session.changed\ndata: {}\n\n'
const expiring = (seconds: number) =>
  `event: session.expiring\ndata: {"expiresInSeconds":${seconds}}\n\n`

/** Tabs of one browser with the live session. */
const openTabs = async (count: number) => {
  const events = createEvents()
  const tabs: { client: AuthClient; stop: () => void; expiring: number[] }[] = []
  for (let tab = 0; tab < count; tab++) {
    const client = await stage.createReady({ fetch: events.fetch })
    const warnings: number[] = []
    client.on('sessionExpiring', ({ expiresAt }) => warnings.push(expiresAt))
    tabs.push({ client, ...startLive(client), expiring: warnings })
  }
  await events.turns()
  const statuses = () => tabs.map(({ client }) => client.getState().status)
  return { events, tabs, statuses }
}

/** What has been said on the channel has been heard, and what follows from it done. */
const settle = async () => {
  for (let round = 0; round < 3; round++) await stage.page.idle()
}

test('of ten tabs one holds the stream', async () => {
  const { events } = await openTabs(10)
  expect(events.asked).toBe(1)
  expect(events.open()).toHaveLength(1)
})

test('the end of the session is known in every tab at once', async () => {
  const { events, statuses } = await openTabs(3)
  Object.assign(stage.bff, { isLoggedIn: false, reason: 'revoked' })
  await events.streams[0]?.send(ended)
  await settle()
  expect(statuses()).toEqual(['unauthenticated', 'unauthenticated', 'unauthenticated'])
  expect(events.open()).toEqual([])
})

test('an event is a hint: the BFF says what is true', async () => {
  const { events, statuses } = await openTabs(2)
  const before = stage.bff.seen.session.length
  await events.streams[0]?.send(ended)
  await settle()
  expect(statuses()).toEqual(['authenticated', 'authenticated'])
  const checks = stage.bff.seen.session.slice(before)
  expect(checks.map(({ url }) => url.searchParams.get('slide'))).toEqual(['false', 'false'])
})

test('a change is asked about by tabs that somebody looks at', async () => {
  const { events } = await openTabs(1)
  const before = stage.bff.seen.session.length
  await events.streams[0]?.send(changed)
  await settle()
  expect(stage.bff.seen.session).toHaveLength(before + 1)
})

test('a limit that comes near is told in every tab, once, with time to act', async () => {
  const { events, tabs } = await openTabs(3)
  const before = stage.bff.seen.session.length
  const at = stage.page.clock.wall + 110_000
  await events.streams[0]?.send(expiring(110))
  await events.streams[0]?.send(expiring(110))
  await settle()
  expect(tabs.map((tab) => tab.expiring)).toEqual([[at], [at], [at]])
  expect(stage.bff.seen.session).toHaveLength(before)
})

test('a tab that is hidden hands over, and one that nobody looks at holds none', async () => {
  const { events } = await openTabs(2)
  stage.page.setVisibility('hidden')
  await events.turns()
  expect(events.open()).toEqual([])
  stage.page.setVisibility('visible')
  await events.turns()
  expect(events.open()).toHaveLength(1)
  expect(events.asked).toBe(2)
})

test('when the tab with the stream is gone another takes over', async () => {
  const { events, tabs } = await openTabs(3)
  tabs[0]?.client.dispose()
  await events.turns()
  expect(events.streams[0]?.isOpen()).toBe(false)
  expect(events.open()).toHaveLength(1)
  tabs[1]?.stop()
  await events.turns()
  expect(events.open()).toHaveLength(1)
  expect(events.asked).toBe(3)
  tabs[2]?.stop()
  await events.turns()
  expect(events.open()).toEqual([])
})

test('who stops hears nothing any more', async () => {
  const { events, tabs } = await openTabs(2)
  tabs[1]?.stop()
  await events.streams[0]?.send(expiring(60))
  await settle()
  expect(tabs.map((tab) => tab.expiring.length)).toEqual([1, 0])
})

test('a stream that ends is opened again after a pause that grows while it fails', async () => {
  const { events } = await openTabs(1)
  events.refuse = () => problem(503, 'store_unavailable', 'later', { retryAfterSeconds: 5 })
  await events.streams[0]?.end()
  const asked: number[] = []
  for (let second = 1; second <= 60; second++) {
    await stage.page.pass(1000)
    await events.turns()
    asked.push(events.asked)
  }
  const attempts = asked.flatMap((count, index) =>
    count > (asked[index - 1] ?? 1) ? [index + 1] : [],
  )
  // The pauses are 5, 10 and 20 seconds, and a quarter more by the chance of the test.
  expect(attempts).toEqual([7, 20, 45])
  events.refuse = undefined
  await stage.page.pass(60_000)
  await events.turns()
  expect(events.open()).toHaveLength(1)
})

test('a stream that lived is opened again soon, however often', async () => {
  const { events } = await openTabs(1)
  for (let round = 1; round <= 5; round++) {
    await events.streams.at(-1)?.send(':\n\n')
    await events.streams.at(-1)?.end()
    await stage.page.pass(8000)
    await events.turns()
    expect(events.asked).toBe(round + 1)
  }
})

test('a connection that is silent for a minute is given up', async () => {
  const { events } = await openTabs(1)
  await stage.page.pass(50_000)
  await events.streams[0]?.send(':\n\n')
  await stage.page.pass(50_000)
  await events.turns()
  expect(events.streams[0]?.isOpen()).toBe(true)
  await stage.page.pass(20_000)
  await events.turns()
  expect(events.streams[0]?.isOpen()).toBe(false)
  expect(events.open()).toHaveLength(1)
})

test('a refusal that says the session is over is known in every tab', async () => {
  const { events, statuses } = await openTabs(2)
  events.refuse = () => problem(401, 'session_revoked', 'login', { reason: 'revoked' })
  Object.assign(stage.bff, { isLoggedIn: false, reason: 'revoked' })
  await events.streams[0]?.end()
  await stage.page.pass(8000)
  await settle()
  expect(statuses()).toEqual(['unauthenticated', 'unauthenticated'])
  const { asked } = events
  await stage.page.pass(60_000)
  expect(events.asked).toBe(asked)
})

test('without a session there is no stream; after a login there is', async () => {
  stage.bff.isLoggedIn = false
  const { events, tabs } = await openTabs(1)
  expect(events.asked).toBe(0)
  stage.bff.isLoggedIn = true
  await tabs[0]?.client.refreshSession()
  await events.turns()
  expect(events.open()).toHaveLength(1)
  await tabs[0]?.client.logout()
  await events.turns()
  expect(events.open()).toEqual([])
})

test.each([
  ['locks', () => Object.assign(navigator, { locks: undefined })],
  ['the channel', () => vi.stubGlobal('BroadcastChannel', undefined)],
])('a browser without %s has no stream and no error', async (_name, remove) => {
  const events = createEvents()
  remove()
  const client = await stage.createReady({ fetch: events.fetch })
  const live = startLive(client)
  await events.turns()
  live.stop()
  expect(events.asked).toBe(0)
  expect(client.getState().status).toBe('authenticated')
})

test.each([
  ['in pieces', ['event: session.exp', 'iring\nda', 'ta: {"expiresIn', 'Seconds":60}\n', '\n']],
  ['in single characters', [...expiring(60)]],
  ['with carriage returns', [expiring(60).replaceAll('\n', '\r\n')]],
  ['with carriage returns cut off', ['event: session.expiring\r', '\ndata: {"x":60}\r\n\r', '\n']],
  ['without blanks', ['event:session.expiring\ndata:{"expiresInSeconds":60}\n\n']],
  ['among comments', [`:\n\n: 7\n${expiring(60)}:\n\n`]],
  ['with fields nobody knows', [`id: 7\nretry: 1\nfoo\n${expiring(60)}`]],
  ['after an event nobody knows', [`event: other\ndata: 5\n\n${expiring(60)}`]],
  ['after much that is none', [`${'x'.repeat(100_000)}\n`, expiring(60)]],
])('an event is read %s', async (_name, pieces) => {
  const { events, tabs } = await openTabs(1)
  const at = stage.page.clock.wall + 60_000
  for (const piece of pieces) await events.streams[0]?.send(piece)
  await settle()
  expect(tabs[0]?.expiring).toEqual([at])
})

test.each([
  ['an event without an end', 'event: session.expiring\ndata: {"expiresInSeconds":60}\n'],
  ['data without a name', 'data: {"expiresInSeconds":60}\n\n'],
  ['a number without an event', '60\n\n'],
  ['an expiry without a time', 'event: session.expiring\ndata: {}\n\n'],
  ['an expiry that is over', 'event: session.expiring\ndata: {"expiresInSeconds":0}\n\n'],
])('%s warns nobody', async (_name, text) => {
  const { events, tabs } = await openTabs(2)
  await events.streams[0]?.send(text)
  await settle()
  expect(tabs.map((tab) => tab.expiring)).toEqual([[], []])
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['text', 'session.ended'],
  ['a number', 7],
  ['another message', { kind: 'session.ended' }],
  ['an empty event', { live: '' }],
])('%s from another script is ignored', async (_name, message) => {
  const { events, tabs } = await openTabs(1)
  const before = stage.bff.seen.session.length
  const channel = new BroadcastChannel('coatcheck:/bff')
  channel.postMessage(message)
  await settle()
  channel.close()
  await events.turns()
  expect(stage.bff.seen.session).toHaveLength(before)
  expect(tabs[0]?.expiring).toEqual([])
  expect(stage.page.reported).toEqual([])
})

test('C01 what tabs tell one another is the name of an event and an instant', async () => {
  const channel = new BroadcastChannel('coatcheck:/bff')
  const { events } = await openTabs(2)
  const heard: unknown[] = []
  channel.onmessage = (event) => heard.push((event as MessageEvent).data)
  const at = stage.page.clock.wall + 60_000
  await events.streams[0]?.send(expiring(60))
  await vi.waitFor(() => expect(heard).toEqual([{ live: 'expiring', expiresAt: at }]), patience)
  channel.close()
})
