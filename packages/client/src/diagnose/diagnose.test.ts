// @vitest-environment node
import { inspect } from 'node:util'
import { HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { apiOrigin } from '../fake-bff.fixture.ts'
import { setStage } from '../stage.fixture.ts'
import { createDiagnosis } from './index.ts'

const stage = setStage()

const now = () => stage.page.clock.wall

test('a diagnosis tells the state, the lives of tokens and sessions, and what happened', async () => {
  const client = stage.create()
  const recorder = createDiagnosis(client, { now })
  expect(recorder.report()).toMatchObject({ status: 'loading', tokens: [], renewals: 0 })
  await client.ready()
  await client.getAccessToken({ resource: 'reports', scope: 'read' })
  await stage.page.pass(60_000)
  const report = recorder.report()
  expect(report).toMatchObject({
    at: now(),
    status: 'authenticated',
    offline: false,
    sessionLeftMs: 14 * 24 * 3_600_000 - 60_000,
    renewals: 2,
    tokens: [
      { resource: 'orders', leftMs: 240_000, lifeMs: 300_000 },
      { resource: 'reports', scope: 'read', leftMs: 240_000 },
    ],
    platform: { online: true, visible: true },
  })
  expect(report.timeline.map(({ event, detail }) => `${event} ${detail}`)).toEqual([
    'stateChanged authenticated',
    'tokenRenewed orders',
    'tokenRenewed reports read',
  ])
})

test('the reason of the last logout is kept after the next login', async () => {
  const client = await stage.createReady()
  const recorder = createDiagnosis(client, { now })
  Object.assign(stage.bff, { isLoggedIn: false, reason: 'replayed' })
  await client.refreshSession()
  expect(recorder.report()).toMatchObject({
    status: 'unauthenticated',
    reason: 'replayed',
    lastEnd: { at: now(), reason: 'replayed' },
    tokens: [],
  })
  Object.assign(stage.bff, { isLoggedIn: true, sid: 'sid-2' })
  await client.refreshSession()
  expect(recorder.report()).toMatchObject({
    status: 'authenticated',
    lastEnd: { reason: 'replayed' },
  })
})

test('C26 a diagnosis holds no token, no claim and no address', async () => {
  const client = await stage.createReady()
  const recorder = createDiagnosis(client, { now })
  await client.fetch(`${apiOrigin}/orders?secret=1`)
  await stage.page.pass(290_000)
  stage.bff.user = { sub: 'mallory', name: 'Mallory' }
  stage.bff.sid = 'sid-2'
  await client.refreshSession()
  const text = inspect(recorder.report(), { depth: Infinity })
  expect(stage.bff.tokens.length).toBeGreaterThan(2)
  for (const word of [...stage.bff.tokens, 'alice', 'Alice', 'mallory', 'secret=1', 'http']) {
    expect(text).not.toContain(word)
  }
  expect(text).toContain('userChanged')
})

test('an error is told by its code', async () => {
  stage.bff.onSession = () => HttpResponse.error()
  const client = await stage.createReady()
  expect(createDiagnosis(client).report()).toMatchObject({
    status: 'error',
    error: 'network_error',
  })
})

test('the timeline keeps the last hundred entries, and listeners hear of each until the stop', async () => {
  const client = await stage.createReady()
  const recorder = createDiagnosis(client, { now })
  let told = 0
  recorder.subscribe(() => told++)
  for (let round = 0; round < 130; round++) await client.getAccessToken({ scope: `s${round}` })
  const { timeline, renewals } = recorder.report()
  expect(timeline).toHaveLength(100)
  expect(timeline.at(-1)?.detail).toBe('orders s129')
  expect([told, renewals]).toEqual([130, 130])
  recorder.stop()
  await client.getAccessToken({ scope: 'more' })
  expect(recorder.report().renewals).toBe(130)
  expect(told).toBe(130)
})
