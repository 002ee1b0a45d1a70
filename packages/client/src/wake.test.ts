// @vitest-environment node
import { HttpResponse } from 'msw'
import { expect, test, vi } from 'vitest'
import { apiOrigin, createGate } from './fake-bff.fixture.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

const wakes = ['focus', 'online', 'visibilitychange', 'pageshow']

test.each(wakes)(
  'C10 a visible page checks a session it has not seen for a while: %s',
  async (type) => {
    const client = await stage.createReady()
    stage.page.clock.wall += 61_000
    stage.bff.isLoggedIn = false
    stage.bff.reason = 'revoked'
    stage.page.fire(type)
    await stage.page.idle()
    expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'revoked' })
    expect(stage.bff.seen.session[1]?.url.search).toBe('?resource=orders&slide=false')
  },
)

test.each(wakes)('C10 a check that is recent enough is not repeated: %s', async (type) => {
  await stage.createReady()
  stage.page.clock.wall += 59_000
  for (let times = 0; times < 5; times++) stage.page.fire(type)
  await stage.page.idle()
  expect(stage.bff.seen.session).toHaveLength(1)
})

test.each(wakes)('C10 a hidden page checks nothing: %s', async (type) => {
  await stage.createReady()
  stage.page.setVisibility('hidden')
  stage.page.clock.wall += 7_200_000
  stage.page.fire(type)
  await stage.page.idle()
  expect(stage.bff.seen.session).toHaveLength(1)
  stage.page.setVisibility('visible')
  await stage.page.idle()
  expect(stage.bff.seen.session).toHaveLength(2)
})

test('C10 after a sleep of two hours everything at once makes one request, and no 401', async () => {
  const client = await stage.createReady()
  await client.getAccessToken()
  // The wall clock went on, the monotonic clock and the timers stood still.
  stage.page.clock.wall += 7_200_000
  const call = client.fetch(`${apiOrigin}/orders`)
  stage.page.setVisibility('visible')
  for (const type of ['pageshow', 'focus', 'online']) stage.page.fire(type)
  expect((await call).status).toBe(200)
  await stage.page.pass(6000)
  const { session, token, api } = stage.bff.seen
  expect(session.length + token.length).toBeLessThanOrEqual(3)
  expect(api).toHaveLength(1)
  expect(api[0]?.headers.get('authorization')).not.toBe(`Bearer ${stage.bff.tokens[0]}`)
  expect(await client.getAccessToken()).toBe(stage.bff.tokens.at(-1))
})

test('C10 a page that wakes before its first call has its token in the same answer', async () => {
  const client = await stage.createReady()
  stage.page.clock.wall += 7_200_000
  stage.page.fire('focus')
  expect((await client.fetch(`${apiOrigin}/orders`)).status).toBe(200)
  expect(stage.bff.seen.session).toHaveLength(2)
  expect(stage.bff.seen.token).toHaveLength(0)
})

test('C13 a page taken from the back/forward cache is loading until the session is checked', async () => {
  const client = await stage.createReady()
  const ended = vi.fn()
  client.on('sessionEnded', ended)
  const statuses: string[] = []
  client.subscribe(() => statuses.push(client.getState().status))
  stage.bff.isLoggedIn = false
  stage.bff.reason = 'logout'
  stage.page.fire('pageshow', { persisted: true })
  expect(client.getState()).toEqual({ status: 'loading' })
  await expect(client.fetch(`${apiOrigin}/orders`)).rejects.toMatchObject({
    code: 'session_required',
  })
  await stage.page.idle()
  expect(statuses).toEqual(['loading', 'unauthenticated'])
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'logout' })
  expect(ended.mock.calls).toEqual([[{ reason: 'logout' }]])
  expect(stage.bff.seen.api).toHaveLength(0)
})

test('C13 a page taken from the back/forward cache with a live session goes on with a new token', async () => {
  const client = await stage.createReady()
  const before = client.getState()
  stage.page.fire('pageshow', { persisted: true })
  expect(await client.ready()).toEqual(before)
  await stage.page.idle()
  expect(await client.getAccessToken()).toBe(stage.bff.tokens[1])
  expect(stage.bff.seen.session).toHaveLength(2)
  expect(stage.bff.seen.token).toHaveLength(0)
})

test('C13 a check that was under way when the page was frozen does not hold up the next one', async () => {
  const client = await stage.createReady()
  const gate = createGate()
  const asked = createGate()
  stage.bff.onSession = async () => {
    const answer = stage.bff.sessionAnswer('orders')
    asked.open()
    await gate.opened
    return HttpResponse.json(answer)
  }
  const frozen = client.refreshSession()
  await asked.opened
  stage.bff.onSession = undefined
  stage.bff.isLoggedIn = false
  stage.page.fire('pageshow', { persisted: true })
  expect(await client.ready()).toEqual({ status: 'unauthenticated', reason: undefined })
  gate.open()
  expect(await frozen).toEqual({ status: 'unauthenticated', reason: undefined })
})

test('C13 another user is noticed by a page taken from the back/forward cache', async () => {
  const client = await stage.createReady()
  const changed = vi.fn()
  client.on('userChanged', changed)
  stage.bff.user = { sub: 'bob' }
  stage.bff.sid = 'sid-2'
  stage.page.fire('pageshow', { persisted: true })
  await client.ready()
  expect(changed.mock.calls).toEqual([[{ user: { sub: 'bob' } }]])
})

test('C13 without network a page taken from the back/forward cache shows nobody, and recovers', async () => {
  const client = await stage.createReady()
  stage.bff.onSession = () => HttpResponse.error()
  stage.page.fire('pageshow', { persisted: true })
  expect(await client.ready()).toMatchObject({ status: 'error' })
  stage.bff.onSession = undefined
  await stage.page.pass(10_000)
  expect(client.getState().status).toBe('authenticated')
})
