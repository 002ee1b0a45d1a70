// @vitest-environment node
import { HttpResponse } from 'msw'
import { beforeEach, expect, test, vi } from 'vitest'
import { setStage } from '../stage.fixture.ts'
import { createGuard, createRouteGuard } from './index.ts'

const stage = setStage()

beforeEach(() => vi.stubGlobal('sessionStorage', stage.page.window.sessionStorage))

const now = () => stage.page.clock.wall

/** A guard of an app whose user has no session. */
const guardVisitor = async (reason?: string) => {
  stage.bff.isLoggedIn = false
  stage.bff.reason = reason
  const client = await stage.createReady()
  return { client, guard: createGuard(client, { now }) }
}

test('who is logged in is let in, and nothing is counted', async () => {
  const client = await stage.createReady()
  const guard = createGuard(client, { now })
  for (let visit = 0; visit < 10; visit++) {
    expect(await guard.enter()).toEqual({ sub: 'alice', name: 'Alice' })
  }
  expect(stage.page.navigations).toEqual([])
})

test('a visitor is sent to the login and comes back to the place that was asked for', async () => {
  const { client, guard } = await guardVisitor()
  const entering = guard.enter({ returnTo: '/orders?page=2#last' })
  entering.catch(() => {})
  await stage.page.idle()
  expect(stage.page.navigations).toEqual([
    'http://localhost:4000/bff/login?returnTo=%2Forders%3Fpage%3D2%23last',
  ])
  stage.bff.isLoggedIn = true
  await client.refreshSession()
  expect(await entering).toEqual({ sub: 'alice', name: 'Alice' })
})

test.each(['expired', 'logout', 'revoked', 'replayed', 'refresh_rejected'])(
  'a session that ended by %s leads to a login',
  async (reason) => {
    const { guard } = await guardVisitor(reason)
    guard.enter().catch(() => {})
    await stage.page.idle()
    expect(stage.page.navigations).toHaveLength(1)
  },
)

test.each(['login_cancelled', 'interaction_required', 'provider_unavailable', 'id_token_invalid'])(
  'a login that failed with %s is not tried again by a machine',
  async (code) => {
    stage.open(`/orders?login_error=${code}`)
    const { guard } = await guardVisitor()
    await expect(guard.enter()).rejects.toMatchObject({ code, retry: 'login' })
    expect(stage.page.navigations).toEqual([])
  },
)

test('guards that stand on one page together, and ask twice, leave it once', async () => {
  const { guard } = await guardVisitor()
  for (let call = 0; call < 5; call++) {
    guard.login()
    guard.enter().catch(() => {})
  }
  await stage.page.idle()
  expect(stage.page.navigations).toHaveLength(1)
})

test('the fourth login within a minute ends in the state error instead of a loop', async () => {
  for (let round = 0; round < 3; round++) {
    const { client, guard } = await guardVisitor()
    guard.enter().catch(() => {})
    await stage.page.idle()
    client.dispose()
    await stage.page.pass(5000)
  }
  expect(stage.page.navigations).toHaveLength(3)
  const { client, guard } = await guardVisitor()
  await expect(guard.enter()).rejects.toMatchObject({ code: 'login_loop', retry: 'never' })
  expect(client.getState()).toMatchObject({ status: 'error', error: { code: 'login_loop' } })
  expect(stage.page.navigations).toHaveLength(3)
  await stage.page.pass(61_000)
  await client.refreshSession()
  guard.enter().catch(() => {})
  await stage.page.idle()
  expect(stage.page.navigations).toHaveLength(4)
})

test('a clock that was set back locks nobody out', async () => {
  const { guard } = await guardVisitor()
  stage.page.window.sessionStorage.setItem(
    'coatcheck:logins:/bff',
    JSON.stringify([1, 2, 3].map((hours) => now() + hours * 3_600_000)),
  )
  guard.login()
  expect(stage.page.navigations).toHaveLength(1)
})

test.each([
  ['refused', () => vi.stubGlobal('sessionStorage', undefined)],
  ['spoilt', () => stage.page.window.sessionStorage.setItem('coatcheck:logins:/bff', '{nonsense')],
])('storage that is %s keeps nobody from logging in', async (_name, spoil) => {
  const { guard } = await guardVisitor()
  spoil()
  guard.login()
  expect(stage.page.navigations).toHaveLength(1)
})

test('a wait ends by its signal and by dispose', async () => {
  const { client, guard } = await guardVisitor()
  const controller = new AbortController()
  const given = guard.enter({ signal: controller.signal })
  const kept = guard.enter()
  await stage.page.idle()
  controller.abort(new Error('another route'))
  await expect(given).rejects.toThrow('another route')
  client.dispose()
  await expect(kept).rejects.toMatchObject({ code: 'disposed' })
})

test('a BFF out of reach is an error, not a visitor', async () => {
  stage.bff.onSession = () => HttpResponse.error()
  const client = await stage.createReady()
  await expect(createGuard(client, { now }).enter()).rejects.toMatchObject({
    code: 'network_error',
    retry: 'later',
  })
  expect(stage.page.navigations).toEqual([])
})

test('C15 loaders of React Router and TanStack Router return to the route that was asked for', async () => {
  const { guard } = await guardVisitor()
  const needsUser = createRouteGuard(guard)
  needsUser({ request: new Request('http://localhost:4000/orders?x=1') }).catch(() => {})
  await stage.page.idle()
  expect(stage.page.navigations[0]).toContain('returnTo=%2Forders%3Fx%3D1')
  const client = await (async () => {
    stage.bff.isLoggedIn = true
    return stage.createReady()
  })()
  const route = { location: { href: '/orders' }, abortController: new AbortController() }
  expect(await createRouteGuard(createGuard(client))(route)).toEqual({
    user: { sub: 'alice', name: 'Alice' },
  })
})
