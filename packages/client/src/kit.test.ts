// @vitest-environment node
import { inspect } from 'node:util'
import { http } from 'msw'
import { expect, test, vi } from 'vitest'
import { problem } from './fake-bff.fixture.ts'
import { AuthError } from './index.ts'
import { kitOf } from './kit.ts'
import { appOrigin } from './page.fixture.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

test('C03 the kit tells the lives of tokens and none of them', async () => {
  const client = await stage.createReady()
  await client.getAccessToken({ resource: 'reports', scope: 'read' })
  await stage.page.pass(60_000)
  const lives = kitOf(client).tokens()
  const granted = 'read write'
  expect(lives).toEqual([
    { resource: 'orders', scope: undefined, granted, leftMs: 240_000, lifeMs: 300_000 },
    { resource: 'reports', scope: 'read', granted, leftMs: 240_000, lifeMs: 300_000 },
  ])
  expect(inspect(kitOf(client), { depth: Infinity, showHidden: true })).not.toContain(
    'secret-token',
  )
  expect(Object.keys(client)).not.toContain('kit')
})

test('what the BFF refuses with the end of the session ends it here', async () => {
  const client = await stage.createReady()
  stage.use(
    http.get(`${appOrigin}/bff/sessions`, () =>
      problem(401, 'session_revoked', 'login', { reason: 'revoked' }),
    ),
  )
  await expect(kitOf(client).call('devices', '/sessions')).rejects.toMatchObject({
    code: 'session_revoked',
    phase: 'devices',
  })
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'revoked' })
})

test('a stream carries the header of the page and ends with the login', async () => {
  const opened: RequestInit[] = []
  const real = globalThis.fetch
  const client = await stage.createReady({
    fetch: async (input, init) => {
      if (`${input}` !== `${appOrigin}/bff/events`) return real(input, init)
      opened.push(init ?? {})
      return new Response('')
    },
  })
  const own = new AbortController()
  await kitOf(client).open('live', '/events', own.signal)
  await kitOf(client).open('live', '/events', new AbortController().signal)
  const [first, second] = opened
  expect(first).toMatchObject({ headers: { 'x-csrf': '1' }, redirect: 'error', cache: 'no-store' })
  own.abort()
  expect([first?.signal?.aborted, second?.signal?.aborted]).toEqual([true, false])
  client.dispose()
  expect(second?.signal?.reason).toMatchObject({ code: 'disposed' })
  expect(kitOf(client).lifetime.aborted).toBe(true)
})

test('a stream that does not begin is given up, and one that began is not', async () => {
  const opened: AbortSignal[] = []
  const real = globalThis.fetch
  const client = await stage.createReady({
    fetch: async (input, init) => {
      if (`${input}` !== `${appOrigin}/bff/events`) return real(input, init)
      const signal = init?.signal as AbortSignal
      if (opened.push(signal) === 1) return new Response('')
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    },
  })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const { signal } = new AbortController()
  await kitOf(client).open('live', '/events', signal)
  const hung = kitOf(client).open('live', '/events', signal)
  vi.advanceTimersByTime(15_000)
  await expect(hung).rejects.toMatchObject({ code: 'network_error', retry: 'later' })
  expect(opened.map(({ aborted }) => aborted)).toEqual([false, true])
})

test('a check in the background does not keep the session alive', async () => {
  const client = await stage.createReady()
  await kitOf(client).check()
  expect(stage.bff.seen.session.at(-1)?.url.search).toContain('slide=false')
})

test('the kit names the session, and no longer when it is over', async () => {
  const client = await stage.createReady()
  expect(kitOf(client).sid()).toBe('sid-1')
  await client.logout()
  expect(kitOf(client).sid()).toBeUndefined()
})

test('an end is reported once, however often and by whomever it is noticed', async () => {
  const client = await stage.createReady()
  const ends: number[] = []
  client.on('sessionExpiring', ({ expiresAt }) => ends.push(expiresAt))
  const { now, warn } = kitOf(client)
  const end = now() + 60_000
  warn(end)
  warn(end + 900)
  warn(end + 30_000)
  expect(ends).toEqual([end, end + 30_000])
})

test('an object that is no client of this package is refused by name', () => {
  expect(() => kitOf({})).toThrow(AuthError)
  expect(() => kitOf({})).toThrow('createAuthClient')
})
