// @vitest-environment node
import { HttpResponse } from 'msw'
import { expect, test, vi } from 'vitest'
import { createGate, problem } from './fake-bff.fixture.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

test('a cold page needs one request for user, session and first token', async () => {
  const client = stage.create()
  expect(client.getState()).toEqual({ status: 'loading' })
  expect(await client.getAccessToken()).toBe(stage.bff.tokens[0])
  expect(await client.ready()).toEqual({
    status: 'authenticated',
    user: { sub: 'alice', name: 'Alice' },
    sessionExpiresAt: stage.page.clock.wall + stage.bff.expiresInSeconds * 1000,
    offline: false,
  })
  expect(stage.bff.seen.session).toHaveLength(1)
  expect(stage.bff.seen.session[0]?.url.search).toBe('?resource=orders')
  expect(stage.bff.seen.token).toHaveLength(0)
})

test('a visitor is unauthenticated without a reason', async () => {
  stage.bff.isLoggedIn = false
  const client = await stage.createReady()
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: undefined })
})

test('an ended session is unauthenticated with its reason, which later answers do not hide', async () => {
  stage.bff.isLoggedIn = false
  stage.bff.reason = 'expired'
  const client = await stage.createReady()
  const state = client.getState()
  expect(state).toEqual({ status: 'unauthenticated', reason: 'expired' })
  stage.bff.reason = undefined
  expect(await client.refreshSession()).toBe(state)
})

test('C28 session, token and logout calls are never cached, redirected or sent to other origins', async () => {
  const client = await stage.createReady()
  await client.getAccessToken({ resource: 'reports' })
  await client.logout()
  const { session, token, logout } = stage.bff.seen
  const calls = [...session, ...token, ...logout]
  expect(calls).toHaveLength(3)
  for (const call of calls) {
    expect(call).toMatchObject({
      cache: 'no-store',
      redirect: 'error',
      credentials: 'same-origin',
    })
    expect(call.url.origin).toBe('http://localhost:4000')
  }
})

test('a token problem keeps the session and the page authenticated', async () => {
  stage.bff.onSession = () =>
    HttpResponse.json({
      ...stage.bff.sessionAnswer(null),
      tokenProblem: { code: 'provider_unavailable', retry: 'later', retryAfterSeconds: 5 },
    })
  stage.bff.onToken = () =>
    problem(503, 'provider_unavailable', 'later', { retryAfterSeconds: 5, correlationId: 'c-1' })
  const client = await stage.createReady()
  expect(client.getState().status).toBe('authenticated')
  await expect(client.getAccessToken()).rejects.toMatchObject({
    name: 'AuthError',
    code: 'provider_unavailable',
    phase: 'token',
    retry: 'later',
    retryAfterSeconds: 5,
    correlationId: 'c-1',
  })
  expect(client.getState().status).toBe('authenticated')
})

test('a token problem is overcome in the background, not before the time it names', async () => {
  let isDown = true
  stage.bff.onSession = () =>
    isDown
      ? HttpResponse.json({
          ...stage.bff.sessionAnswer(null),
          tokenProblem: { code: 'provider_unavailable', retry: 'later', retryAfterSeconds: 30 },
        })
      : undefined
  const client = await stage.createReady()
  isDown = false
  await stage.page.pass(29_000)
  expect(stage.bff.seen.session).toHaveLength(1)
  await stage.page.pass(6000)
  expect(stage.bff.seen.session).toHaveLength(2)
  expect(await client.getAccessToken()).toBe(stage.bff.tokens.at(-1))
  expect(stage.bff.seen.token).toHaveLength(0)
})

test('the snapshot stays the same object while renewals change nothing visible', async () => {
  const client = await stage.createReady()
  const changes = vi.fn()
  client.subscribe(changes)
  const before = client.getState()
  await stage.page.pass(290_000)
  await client.getAccessToken({ minValiditySeconds: 100 })
  // The answer rounds to seconds and takes a while.
  stage.bff.expiresInSeconds -= 292
  await client.refreshSession()
  expect(stage.bff.seen.session.length + stage.bff.seen.token.length).toBeGreaterThan(2)
  expect(client.getState()).toBe(before)
  expect(changes).not.toHaveBeenCalled()
})

test('the snapshot changes when a claim or the end of the session does', async () => {
  const client = await stage.createReady()
  const before = client.getState()
  stage.bff.user = { sub: 'alice', name: 'Alice B.' }
  expect(await client.refreshSession()).toMatchObject({ user: { name: 'Alice B.' } })
  expect(client.getState()).not.toBe(before)
  stage.bff.expiresInSeconds = 600
  expect(await client.refreshSession()).toMatchObject({
    sessionExpiresAt: stage.page.clock.wall + 600_000,
  })
})

test('a subscriber that another one takes away while both are told hears nothing any more', async () => {
  const client = await stage.createReady()
  const told = vi.fn()
  client.subscribe(() => leave())
  const leave = client.subscribe(told)
  await client.logout()
  expect(told).not.toHaveBeenCalled()
})

test('a subscriber is told of changes until it leaves, and one that throws disturbs nobody', async () => {
  const client = stage.create()
  const failure = new Error('in a subscriber')
  const first = vi.fn(() => {
    throw failure
  })
  const second = vi.fn()
  client.subscribe(first)
  const leave = client.subscribe(second)
  await client.ready()
  expect(second).toHaveBeenCalledTimes(1)
  expect(stage.page.reported).toEqual([failure])
  expect(client.getState().status).toBe('authenticated')
  leave()
  await client.logout()
  expect(second).toHaveBeenCalledTimes(1)
  expect(first).toHaveBeenCalledTimes(2)
})

test('one session check serves everyone who asks meanwhile', async () => {
  const client = stage.create()
  await Promise.all([client.ready(), client.refreshSession(), client.refreshSession()])
  expect(stage.bff.seen.session).toHaveLength(1)
  await client.refreshSession()
  expect(stage.bff.seen.session).toHaveLength(2)
})

test('the session is about to end: told once, in time, and again when it was extended', async () => {
  stage.bff.expiresInSeconds = 200
  const client = await stage.createReady()
  const warned = vi.fn()
  client.on('sessionExpiring', warned)
  const expiresAt = stage.page.clock.wall + 200_000
  await stage.page.pass(75_000)
  expect(warned).not.toHaveBeenCalled()
  await stage.page.pass(60_000)
  expect(warned.mock.calls).toEqual([[{ expiresAt }]])
  stage.bff.expiresInSeconds = 60
  await client.refreshSession()
  await stage.page.pass(20_000)
  expect(warned).toHaveBeenCalledTimes(2)
})

/** Everything that is no definite answer. */
const faults: readonly [name: string, answer: () => Response][] = [
  ['a network error', () => HttpResponse.error()],
  ['500 without a body', () => new HttpResponse(null, { status: 500 })],
  ['500 internal_error', () => problem(500, 'internal_error', 'later')],
  ['502 as HTML', () => HttpResponse.html('<h1>Bad gateway</h1>', { status: 502 })],
  ['503 store_unavailable', () => problem(503, 'store_unavailable', 'later')],
  ['504 with text', () => new HttpResponse('upstream', { status: 504 })],
  ['429 as text', () => new HttpResponse('slow down', { status: 429 })],
  ['401 as HTML of some proxy', () => HttpResponse.html('<h1>Log in</h1>', { status: 401 })],
  ['401 with JSON of some proxy', () => HttpResponse.json({ error: 'no' }, { status: 401 })],
  ['401 with a foreign code', () => HttpResponse.json({ code: 'expired' }, { status: 401 })],
  ['403 as HTML', () => HttpResponse.html('<h1>No</h1>', { status: 403 })],
  ['404 as HTML', () => HttpResponse.html('<h1>?</h1>', { status: 404 })],
  ['200 as HTML', () => HttpResponse.html('<title>Welcome to the hotel</title>')],
  ['200 without a body', () => new HttpResponse(null)],
  ['200 null', () => HttpResponse.json(null)],
  ['200 a number', () => HttpResponse.json(0)],
  ['200 false', () => HttpResponse.json(false)],
  ['200 a list', () => HttpResponse.json([])],
  ['200 {}', () => HttpResponse.json({})],
  ['200 authenticated as text', () => HttpResponse.json({ authenticated: 'false' })],
  ['200 authenticated 0', () => HttpResponse.json({ authenticated: 0 })],
  ['200 authenticated null', () => HttpResponse.json({ authenticated: null })],
  ['200 authenticated without a user', () => HttpResponse.json({ authenticated: true })],
  [
    '200 authenticated without a session',
    () => HttpResponse.json({ authenticated: true, user: { sub: 'alice' } }),
  ],
  [
    '200 authenticated with a session without end',
    () =>
      HttpResponse.json({ authenticated: true, user: { sub: 'alice' }, session: { sid: 'sid-1' } }),
  ],
  ['a redirect', () => HttpResponse.redirect('http://localhost:4000/login')],
]

test.each(faults)('C09 %s at a session check keeps the session', async (_name, answer) => {
  const client = await stage.createReady()
  const ended = vi.fn()
  client.on('sessionEnded', ended)
  stage.bff.onSession = answer
  await client.refreshSession()
  expect(client.getState()).toMatchObject({ status: 'authenticated', user: { sub: 'alice' } })
  expect(ended).not.toHaveBeenCalled()
  expect(await client.getAccessToken()).toBe(stage.bff.tokens[0])
})

test.each(faults)(
  'C09 %s at a renewal keeps the session and tells the caller to wait',
  async (_name, answer) => {
    const client = await stage.createReady()
    const ended = vi.fn()
    client.on('sessionEnded', ended)
    stage.bff.onToken = answer
    await expect(client.getAccessToken({ resource: 'reports' })).rejects.toMatchObject({
      name: 'AuthError',
      phase: 'token',
      retry: 'later',
    })
    expect(client.getState().status).toBe('authenticated')
    expect(ended).not.toHaveBeenCalled()
    stage.bff.onToken = undefined
    expect(await client.getAccessToken({ resource: 'reports' })).toBe(stage.bff.tokens.at(-1))
  },
)

test.each(faults)(
  'C09 %s at the first check is an error that passes by itself',
  async (_name, answer) => {
    stage.bff.onSession = answer
    const client = await stage.createReady()
    expect(client.getState()).toMatchObject({
      status: 'error',
      error: { name: 'AuthError', phase: 'session', retry: 'later' },
    })
    await expect(client.getAccessToken()).rejects.toMatchObject({ retry: 'later' })
    stage.bff.onSession = undefined
    await stage.page.pass(10_000)
    expect(client.getState().status).toBe('authenticated')
  },
)

test('C09 a page that is offline says so, tries at growing distances and recovers when online', async () => {
  const client = await stage.createReady()
  const ended = vi.fn()
  client.on('sessionEnded', ended)
  stage.bff.onSession = () => HttpResponse.error()
  stage.bff.onToken = () => HttpResponse.error()
  await client.refreshSession()
  expect(client.getState()).toMatchObject({ status: 'authenticated', offline: true })
  const before = stage.bff.seen.session.length
  await stage.page.pass(60_000)
  const attempts = stage.bff.seen.session.length - before
  expect(attempts).toBeGreaterThanOrEqual(2)
  expect(attempts).toBeLessThanOrEqual(6)
  await stage.page.pass(600_000)
  expect(stage.bff.seen.session.length - before).toBeLessThanOrEqual(6 + 16)
  expect(ended).not.toHaveBeenCalled()
  expect(client.getState()).toMatchObject({ status: 'authenticated', offline: true })

  stage.bff.onSession = undefined
  stage.bff.onToken = undefined
  await stage.page.pass(2000)
  stage.page.fire('online')
  await stage.page.idle()
  expect(client.getState()).toMatchObject({ status: 'authenticated', offline: false })
})

test('C09 any answer of the BFF shows that the page is online again', async () => {
  const client = await stage.createReady()
  stage.bff.onToken = () => HttpResponse.error()
  await client.getAccessToken({ resource: 'reports' }).catch(() => undefined)
  expect(client.getState()).toMatchObject({ offline: true })
  stage.bff.onToken = undefined
  await client.getAccessToken({ resource: 'reports' })
  expect(client.getState()).toMatchObject({ status: 'authenticated', offline: false })
})

test('C09 a call that takes too long is given up, and the session kept', async () => {
  const client = await stage.createReady()
  const timeout = new AbortController()
  const limit = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(timeout.signal)
  const gate = createGate()
  stage.bff.onSession = async () => {
    gate.open()
    return new Promise<Response>(() => {})
  }
  const check = client.refreshSession()
  await gate.opened
  expect(limit.mock.calls[0]?.[0]).toBeLessThanOrEqual(30_000)
  timeout.abort(new DOMException('too long', 'TimeoutError'))
  expect(await check).toMatchObject({ status: 'authenticated', offline: true })
  limit.mockRestore()
})

const endings = ['session_required', 'session_expired', 'session_revoked'] as const

test.each(endings)('C09 401 %s is a definite answer and ends the session', async (code) => {
  const client = await stage.createReady()
  const ended = vi.fn()
  client.on('sessionEnded', ended)
  stage.bff.onToken = () => problem(401, code, 'login', { reason: 'refresh_rejected' })
  await expect(client.getAccessToken({ resource: 'reports' })).rejects.toMatchObject({
    code,
    retry: 'login',
  })
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'refresh_rejected' })
  expect(ended.mock.calls).toEqual([[{ reason: 'refresh_rejected' }]])
  await expect(client.getAccessToken()).rejects.toMatchObject({ code: 'session_required' })
})

test('a session that is over at a check ends with its reason', async () => {
  const client = await stage.createReady()
  const ended = vi.fn()
  client.on('sessionEnded', ended)
  stage.bff.isLoggedIn = false
  stage.bff.reason = 'revoked'
  expect(await client.refreshSession()).toEqual({ status: 'unauthenticated', reason: 'revoked' })
  expect(ended.mock.calls).toEqual([[{ reason: 'revoked' }]])
})

test('an error that waiting does not cure is not retried', async () => {
  stage.bff.onSession = () => problem(403, 'csrf_rejected', 'never')
  const client = await stage.createReady()
  expect(client.getState()).toMatchObject({
    status: 'error',
    error: { code: 'csrf_rejected', retry: 'never' },
  })
  await stage.page.pass(120_000)
  expect(stage.bff.seen.session).toHaveLength(1)
})

test('a call that needs a session says so, and a listener may offer the login', async () => {
  stage.bff.isLoggedIn = false
  stage.bff.reason = 'expired'
  const client = await stage.createReady()
  const required = vi.fn()
  client.on('loginRequired', required)
  await expect(client.getAccessToken()).rejects.toMatchObject({
    code: 'session_required',
    phase: 'token',
    retry: 'login',
  })
  await expect(client.fetch('http://localhost:4001/orders')).rejects.toMatchObject({
    code: 'session_required',
    phase: 'fetch',
  })
  expect(required.mock.calls).toEqual([[{ reason: 'expired' }], [{ reason: 'expired' }]])
  expect(stage.bff.seen.api).toHaveLength(0)
})
