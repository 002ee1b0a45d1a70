// @vitest-environment node
import { HTTPError } from 'ky'
import { HttpResponse, http } from 'msw'
import { expect, test } from 'vitest'
import { AuthError } from '../errors.ts'
import { apiOrigin, otherApiOrigin, problem } from '../fake-bff.fixture.ts'
import { setStage } from '../stage.fixture.ts'
import { StepUpRequiredError } from '../step-up/index.ts'
import { createHttpClient } from './index.ts'

const stage = setStage()

const fast = { delay: () => 0 }

test('calls carry the token, and a refused one is replayed once with its body', async () => {
  const client = await stage.createReady()
  stage.bff.refused.add(await client.getAccessToken())
  const api = createHttpClient(client, { prefix: apiOrigin })
  expect(await api.post('orders', { json: { pizza: 2 } }).text()).toBe('got {"pizza":2}')
  expect(stage.bff.seen.api).toHaveLength(2)
  expect(stage.bff.seen.token).toHaveLength(1)
})

test('C04 another origin gets no token by this way either', async () => {
  const api = createHttpClient(await stage.createReady())
  await api.get('https://elsewhere.example/x').text()
  expect(stage.bff.seen.other[0]?.headers.has('authorization')).toBe(false)
})

test('idempotent calls are retried, others are not', async () => {
  const client = await stage.createReady()
  const api = createHttpClient(client, { prefix: apiOrigin, retry: { limit: 2, ...fast } })
  let calls = 0
  stage.bff.onApi = () => (++calls % 3 ? new HttpResponse('no', { status: 503 }) : undefined)
  expect(await api.get('orders').text()).toBe('got ')
  expect(calls).toBe(3)
  await expect(api.post('orders', { body: 'x' })).rejects.toBeInstanceOf(HTTPError)
  expect(calls).toBe(4)
})

test('a fault of the BFF that passes by is waited out; one that does not is told at once', async () => {
  const client = await stage.createReady()
  const api = createHttpClient(client, { prefix: otherApiOrigin, retry: { limit: 2, ...fast } })
  let calls = 0
  stage.bff.onToken = () =>
    ++calls < 3 ? problem(503, 'provider_unavailable', 'later') : undefined
  expect(await api.get('reports').text()).toBe('got ')
  stage.bff.onToken = () => problem(400, 'unknown_resource', 'never')
  await stage.page.pass(290_000)
  stage.bff.seen.token.length = 0
  await expect(api.get('reports')).rejects.toMatchObject({ code: 'unknown_resource' })
  expect(stage.bff.seen.token).toHaveLength(1)
})

test('without a session a call rejects with session_required', async () => {
  stage.bff.isLoggedIn = false
  const api = createHttpClient(await stage.createReady(), { prefix: apiOrigin })
  await expect(api.get('orders')).rejects.toMatchObject({
    name: 'AuthError',
    code: 'session_required',
    retry: 'login',
  })
})

const answer = (status: number, body: object, headers: Record<string, string> = {}) => {
  stage.use(
    http.all(`${apiOrigin}/*`, () =>
      HttpResponse.json(body, {
        status,
        headers: { 'content-type': 'application/problem+json', ...headers },
      }),
    ),
  )
}

test.each([
  [401, 'invalid_token', 'session_required'],
  [401, 'token_required', 'session_required'],
  [403, 'insufficient_scope', 'insufficient_scope'],
])('a guard that answers %d %s rejects with %s', async (status, code, expected) => {
  const api = createHttpClient(await stage.createReady(), { prefix: apiOrigin })
  answer(status, { status, code })
  const error = await api.get('orders').catch((reason) => reason)
  expect(error).toBeInstanceOf(AuthError)
  expect(error).toMatchObject({ code: expected, phase: 'fetch', retry: 'login' })
  expect(error.cause).toBeInstanceOf(HTTPError)
})

test('a problem of the BFF keeps its code, its retry and its correlation id', async () => {
  const api = createHttpClient(await stage.createReady(), { prefix: apiOrigin, retry: 0 })
  const body = { code: 'rate_limited', retry: 'later', retryAfterSeconds: 7, correlationId: 'c1' }
  answer(429, body)
  await expect(api.get('orders')).rejects.toMatchObject({ name: 'AuthError', ...body })
})

test('a challenge for a stronger login rejects with what it asks for', async () => {
  const api = createHttpClient(await stage.createReady(), { prefix: apiOrigin })
  answer(
    401,
    {},
    { 'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age="5"' },
  )
  const error = await api.get('orders').catch((reason) => reason)
  expect(error).toBeInstanceOf(StepUpRequiredError)
  expect(error.maxAge).toBe(5)
})

test("an API's own problem stays its own", async () => {
  const api = createHttpClient(await stage.createReady(), { prefix: apiOrigin })
  answer(409, { code: 'out_of_stock' })
  const error = await api.get('orders').catch((reason) => reason)
  expect(error).toBeInstanceOf(HTTPError)
  expect(error.data).toEqual({ code: 'out_of_stock' })
})

test("the app's own hooks and retry rules are kept", async () => {
  const seen: string[] = []
  const api = createHttpClient(await stage.createReady(), {
    prefix: apiOrigin,
    hooks: {
      beforeRequest: [({ request }) => void seen.push(new URL(request.url).pathname)],
      beforeError: [({ error }) => new Error(`ours: ${error.name}`)],
    },
    retry: { limit: 1, shouldRetry: () => false },
  })
  stage.bff.onApi = () => new HttpResponse('no', { status: 503 })
  await expect(api.get('orders')).rejects.toThrow('ours: HTTPError')
  expect(seen).toEqual(['/orders'])
  expect(stage.bff.seen.api).toHaveLength(1)
})
