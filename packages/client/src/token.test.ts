// @vitest-environment node
import { HttpResponse } from 'msw'
import { expect, test, vi } from 'vitest'
import { createGate, problem } from './fake-bff.fixture.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

const bodyOf = (index: number): unknown => JSON.parse(stage.bff.seen.token[index]?.body ?? '')

test('a token is asked for once and used as long as it lives', async () => {
  const client = await stage.createReady()
  const first = await client.getAccessToken({ resource: 'reports' })
  expect(first).toContain('reports')
  expect(await client.getAccessToken({ resource: 'reports' })).toBe(first)
  expect(bodyOf(0)).toEqual({ resource: 'reports', minValiditySeconds: 30 })
  expect(stage.bff.seen.token).toHaveLength(1)
})

test('every resource and every scope has its own token', async () => {
  const client = await stage.createReady()
  const tokens = await Promise.all([
    client.getAccessToken(),
    client.getAccessToken({ resource: 'orders', scope: 'read' }),
    client.getAccessToken({ resource: 'reports' }),
    client.getAccessToken({ resource: 'reports', scope: 'read' }),
  ])
  expect(new Set(tokens).size).toBe(4)
  expect(stage.bff.seen.token).toHaveLength(3)
  expect(await client.getAccessToken({ scope: 'read' })).toBe(tokens[1])
})

test('callers who need the same token share one renewal', async () => {
  const client = await stage.createReady()
  const calls = Array.from({ length: 30 }, () => client.getAccessToken({ resource: 'reports' }))
  expect(new Set(await Promise.all(calls)).size).toBe(1)
  expect(stage.bff.seen.token).toHaveLength(1)
})

test('a caller who gives up does not take the renewal from the others', async () => {
  const client = await stage.createReady()
  const gate = createGate()
  stage.bff.onToken = async () => {
    await gate.opened
    return HttpResponse.json(stage.bff.nextToken('reports'))
  }
  const controller = new AbortController()
  const reason = new Error('navigated away')
  const impatient = client.getAccessToken({ resource: 'reports', signal: controller.signal })
  const patient = client.getAccessToken({ resource: 'reports' })
  const late = client.getAccessToken({ resource: 'reports', signal: AbortSignal.abort(reason) })
  controller.abort(reason)
  await expect(impatient).rejects.toBe(reason)
  await expect(late).rejects.toBe(reason)
  gate.open()
  expect(await patient).toBe(stage.bff.tokens.at(-1))
  expect(stage.bff.seen.token).toHaveLength(1)
})

test('a caller who gives up while the session is still unknown is let go at once', async () => {
  const gate = createGate()
  stage.bff.onSession = async () => {
    await gate.opened
    return HttpResponse.json(stage.bff.sessionAnswer('orders'))
  }
  const client = stage.create()
  const controller = new AbortController()
  const call = client.getAccessToken({ signal: controller.signal })
  controller.abort(new Error('gone'))
  await expect(call).rejects.toThrow('gone')
  gate.open()
  expect(await client.ready()).toMatchObject({ status: 'authenticated' })
})

test('an unknown resource is refused in the words of the BFF', async () => {
  const client = await stage.createReady()
  stage.bff.onToken = () => problem(400, 'unknown_resource', 'never')
  await expect(client.getAccessToken({ resource: 'nothing' })).rejects.toMatchObject({
    code: 'unknown_resource',
    retry: 'never',
  })
})

/** Life of the token, what the caller wants, and the age up to which the token is good enough. */
const lives: readonly [life: number, wanted: number | undefined, lastGoodAge: number][] = [
  [300, undefined, 270],
  [300, 0, 300],
  [300, 60, 240],
  [300, 600, 150],
  [40, undefined, 20],
  [10, undefined, 5],
]

test.each(lives)(
  'C10 a token of %i s is renewed before it has less than %s s left, at most half its life',
  async (life, minValiditySeconds, lastGoodAge) => {
    stage.bff.tokenLifeSeconds = life
    const client = await stage.createReady()
    const options = minValiditySeconds === undefined ? {} : { minValiditySeconds }
    const first = await client.getAccessToken()
    stage.page.clock.monotonic += lastGoodAge * 1000
    expect(await client.getAccessToken(options)).toBe(first)
    stage.page.clock.monotonic += 1
    expect(await client.getAccessToken(options)).not.toBe(first)
    expect(bodyOf(0)).toEqual({ resource: 'orders', minValiditySeconds: minValiditySeconds ?? 30 })
  },
)

const clocks: readonly [name: string, wallMs: number, monotonicMs: number, isRenewed: boolean][] = [
  ['both clocks two hours on', 7_200_000, 7_200_000, true],
  ['a wall clock two hours on and a monotonic clock that stood still in sleep', 7_200_000, 0, true],
  ['a monotonic clock two hours on and a wall clock that stood still', 0, 7_200_000, true],
  ['a wall clock set back a day and a monotonic clock 10 s on', -86_400_000, 10_000, false],
  ['a wall clock set back a day and a monotonic clock 280 s on', -86_400_000, 280_000, true],
  ['a wall clock set forward a day', 86_400_000, 1000, true],
  ['both clocks 10 s on', 10_000, 10_000, false],
]

test.each(clocks)(
  'C10 %s decides about the age of a token',
  async (_name, wall, monotonic, isRenewed) => {
    const client = await stage.createReady()
    const first = await client.getAccessToken()
    stage.page.clock.wall += wall
    stage.page.clock.monotonic += monotonic
    const second = await client.getAccessToken()
    expect(second !== first).toBe(isRenewed)
    // However far the clocks went, the new token is good: no storm.
    expect(await client.getAccessToken()).toBe(second)
    expect(stage.bff.seen.token).toHaveLength(isRenewed ? 1 : 0)
  },
)

test.each([-86_400_000, 86_400_000])(
  'C10 a device clock that is wrong by %i ms from the start changes nothing',
  async (offset) => {
    stage.page.clock.wall += offset
    const client = await stage.createReady()
    await stage.page.pass(250_000)
    expect(await client.getAccessToken()).toBe(stage.bff.tokens[0])
    expect(client.getState()).toMatchObject({ status: 'authenticated' })
    expect(stage.bff.seen.token).toHaveLength(0)
  },
)

test('C10 an idle visible page renews ahead of expiry without keeping the session alive', async () => {
  const client = await stage.createReady()
  const renewed = vi.fn()
  client.on('tokenRenewed', renewed)
  // With random() = 0.5 at 37.5 s before the end.
  await stage.page.pass(262_000)
  expect(stage.bff.seen.token).toHaveLength(0)
  await stage.page.pass(6000)
  expect(stage.bff.seen.token).toHaveLength(1)
  expect(bodyOf(0)).toEqual({ resource: 'orders', minValiditySeconds: 60, slide: false })
  expect(renewed.mock.calls).toEqual([[{ resource: 'orders', expiresInSeconds: 300 }]])
  expect(await client.getAccessToken()).toBe(stage.bff.tokens.at(-1))
})

test('C10 renewing ahead a token that the app uses keeps the session alive, as the use would', async () => {
  const client = await stage.createReady()
  await client.getAccessToken()
  await stage.page.pass(270_000)
  expect(bodyOf(0)).toMatchObject({ slide: true })
})

test('a token that is only held ready does not keep the session alive', async () => {
  const client = await stage.createReady()
  await client.getAccessToken({ slide: false })
  await stage.page.pass(270_000)
  await client.getAccessToken({ resource: 'reports', slide: false })
  expect([bodyOf(0), bodyOf(1)]).toMatchObject([{ slide: false }, { slide: false }])
})

test('C10 renewals of several tabs are spread', async () => {
  const early = await stage.createReady({ random: () => 1 })
  const late = await stage.createReady({ random: () => 0 })
  await stage.page.pass(256_000)
  expect(stage.bff.seen.token).toHaveLength(1)
  await stage.page.pass(10_000)
  expect(stage.bff.seen.token).toHaveLength(1)
  await stage.page.pass(10_000)
  expect(stage.bff.seen.token).toHaveLength(2)
  early.dispose()
  late.dispose()
})

test('C10 a hidden page renews nothing; the first use does', async () => {
  const client = await stage.createReady()
  stage.page.setVisibility('hidden')
  await stage.page.pass(3_600_000)
  expect(stage.bff.seen.token).toHaveLength(0)
  expect(stage.bff.seen.session).toHaveLength(1)
  expect(await client.getAccessToken()).toBe(stage.bff.tokens.at(-1))
  expect(stage.bff.seen.token).toHaveLength(1)
})

test('C10 a token that lives only for seconds does not make a storm', async () => {
  stage.bff.tokenLifeSeconds = 2
  await stage.createReady()
  await stage.page.pass(60_000)
  expect(stage.bff.seen.token.length).toBeLessThanOrEqual(12)
})

test('a background renewal that fails is tried again at growing distances, for one token as for two', async () => {
  const client = await stage.createReady()
  await client.getAccessToken({ resource: 'reports' })
  stage.bff.onToken = () => problem(502, 'provider_error', 'later')
  const before = { ...stage.bff.seen, token: stage.bff.seen.token.length }
  await stage.page.pass(600_000)
  expect(client.getState().status).toBe('authenticated')
  expect(stage.bff.seen.token.length - before.token).toBeLessThanOrEqual(6)
  expect(stage.bff.seen.session.length).toBeLessThanOrEqual(10)
})

test('a background renewal that failed is made up for before anybody needs the token', async () => {
  const client = await stage.createReady()
  stage.bff.onToken = () => problem(503, 'provider_unavailable', 'later')
  await stage.page.pass(266_000)
  expect(stage.bff.seen.token).toHaveLength(1)
  stage.bff.onToken = undefined
  await stage.page.pass(10_000)
  expect(stage.bff.seen.session).toHaveLength(2)
  const calls = stage.bff.seen.token.length
  expect(await client.getAccessToken()).toBe(stage.bff.tokens[1])
  expect(stage.bff.seen.token).toHaveLength(calls)
})

test('a session check under way brings the token for everyone who waits', async () => {
  const client = await stage.createReady()
  await stage.page.pass(1000)
  stage.page.clock.wall += 7_200_000
  const check = client.refreshSession()
  const token = await client.getAccessToken()
  await check
  expect(token).toBe(stage.bff.tokens.at(-1))
  expect(stage.bff.seen.token).toHaveLength(0)
  expect(stage.bff.seen.session).toHaveLength(2)
})

test('a new token is told of, the same one again is not', async () => {
  const client = stage.create()
  const renewed = vi.fn()
  client.on('tokenRenewed', renewed)
  await client.ready()
  await stage.page.idle()
  expect(renewed.mock.calls).toEqual([[{ resource: 'orders', expiresInSeconds: 300 }]])
  const [token] = stage.bff.tokens
  stage.bff.onSession = () =>
    HttpResponse.json({
      ...stage.bff.sessionAnswer(null),
      token: { access_token: token, token_type: 'Bearer', expires_in: 200, resource: 'orders' },
    })
  await client.refreshSession()
  await client.getAccessToken({ resource: 'reports', scope: 'read' })
  expect(renewed.mock.calls.slice(1)).toEqual([
    [{ resource: 'reports', scope: 'read', expiresInSeconds: 300 }],
  ])
})

const unusable: readonly [name: string, token: unknown][] = [
  ['no token', undefined],
  ['an empty token', ''],
  ['a number', 5],
  ['an object', { value: 'x' }],
  ['a list', ['x']],
  ['a line break', 'secret-token\r\nx-injected: 1'],
  ['a blank', 'secret token'],
  ['text that is not ASCII', 'secret-tökén'],
  ['a quote', 'secret-"token"'],
]

test.each(unusable)(
  'C26 %s instead of a token is an error that does not quote it',
  async (_name, access_token) => {
    const client = await stage.createReady()
    stage.bff.onToken = () =>
      HttpResponse.json({
        access_token,
        token_type: 'Bearer',
        expires_in: 300,
        resource: 'reports',
      })
    const error = await client.getAccessToken({ resource: 'reports' }).catch((it) => it)
    expect(error).toMatchObject({ code: 'unexpected_answer', phase: 'token', retry: 'later' })
    expect(error.cause).toBeUndefined()
    expect(`${error.stack}`).not.toContain('secret')
    expect(client.getState().status).toBe('authenticated')
  },
)

test.each([0, -1, null, 'soon', undefined])(
  'a token that expires in %s is not used',
  async (expires_in) => {
    const client = await stage.createReady()
    stage.bff.onToken = () => HttpResponse.json({ access_token: 'a.b.c', expires_in })
    await expect(client.getAccessToken({ resource: 'reports' })).rejects.toMatchObject({
      code: 'unexpected_answer',
    })
  },
)
