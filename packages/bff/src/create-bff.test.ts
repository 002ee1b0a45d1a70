import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Exchange, runEverything } from './testing/full-run.ts'
import { createHarness, type Harness } from './testing/harness.ts'
import { createRecordingStore, type RecordingStore } from './testing/recording-store.ts'

let harness: Harness
let store: RecordingStore
let run: readonly Exchange[]

beforeAll(async () => {
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  run = await runEverything(harness)
})
afterAll(() => harness.close())

const statuses = () => Object.fromEntries(run.map(({ step, response }) => [step, response.status]))

const issued = (kind: 'access' | 'refresh' | 'code' | 'eyJ') =>
  [...harness.provider.issued].filter((value) => value.startsWith(kind))

/** Every value of a session cookie that was set, and the secret in it. */
const credentials = () =>
  run
    .flatMap(({ response }) => response.setCookies)
    .flatMap((line) => /^__Host-Http-coatcheck=([\w-]+)\.([\w-]+);/.exec(line)?.slice(1) ?? [])

const textOf = ({ response }: Exchange): string =>
  `${JSON.stringify(response.headers)}\n${response.text}`

test('the run reaches every kind of answer', () => {
  expect(statuses()).toEqual({
    'session while logged out': 200,
    'token while logged out': 401,
    login: 303,
    callback: 303,
    'callback again': 303,
    'login refused': 400,
    'callback refused': 303,
    session: 200,
    'session with token': 200,
    token: 200,
    'token refused by an API': 200,
    'token renewed': 200,
    'token while the provider is down': 503,
    'session while the provider is down': 200,
    'unknown resource': 400,
    'malformed body': 400,
    'unknown path': 404,
    'wrong method': 405,
    'no script of ours': 403,
    devices: 200,
    'end of another’s device': 404,
    'logout of the others': 200,
    'logout by the provider': 200,
    'logout by nobody': 400,
    events: 200,
    logout: 200,
    'logout callback': 303,
    'logout again': 200,
    'devices while logged out': 401,
    'login started and left': 303,
    'login cancelled': 303,
  })
  expect(issued('refresh').length).toBeGreaterThanOrEqual(3)
  expect(issued('eyJ').length).toBeGreaterThanOrEqual(2)
  expect(issued('access').length).toBeGreaterThanOrEqual(3)
})

test('B80 no answer holds a refresh token or an ID token, in body or header', () => {
  for (const exchange of run) {
    for (const secret of [...issued('refresh'), ...issued('eyJ')]) {
      expect(textOf(exchange), exchange.step).not.toContain(secret)
      expect(textOf(exchange), exchange.step).not.toContain(secret.split('.')[1] ?? secret)
    }
  }
})

test('B80 an access token is in the body of session and token answers alone', () => {
  for (const exchange of run) {
    const isExpected = /\/bff\/(session|token)/.test(exchange.path)
    for (const secret of issued('access')) {
      expect(JSON.stringify(exchange.response.headers), exchange.step).not.toContain(secret)
      if (!isExpected) expect(exchange.response.text, exchange.step).not.toContain(secret)
    }
  }
})

test('B50 a URL holds nothing secret but code and state on the way to the callback', () => {
  const secrets = [...issued('access'), ...issued('refresh'), ...issued('eyJ'), ...credentials()]
  const codes = issued('code')
  for (const { step, path, response } of run) {
    for (const secret of secrets) {
      expect(path, step).not.toContain(secret)
      expect(response.location, step).not.toContain(secret)
    }
    for (const code of codes) {
      expect(response.location, step).not.toContain(code)
      if (!path.startsWith('/bff/callback')) expect(path, step).not.toContain(code)
    }
  }
})

test('B49 what the store was given holds no token and no usable cookie value', () => {
  const sids = [...new Set(credentials().filter((value) => value.length === 22))]
  const cookieSecrets = credentials().filter((value) => value.length === 64)
  // The run is long enough for the secret to be replaced once.
  expect([sids.length, cookieSecrets.length]).toEqual([1, 2])
  const everything = store.written.map(({ key, value }) => `${key} ${value}`).join('\n')
  expect(everything).toContain(sids[0])
  const secrets = [...harness.provider.issued, ...cookieSecrets]
  for (const secret of secrets) {
    for (const encoding of ['utf8', 'base64', 'base64url', 'hex'] as const) {
      expect(everything).not.toContain(Buffer.from(secret).toString(encoding))
    }
  }
})

test('B124 no log line holds a token, a code, a secret or a cookie', () => {
  expect(harness.log.length).toBeGreaterThan(4)
  const lines = harness.log.map((line) => JSON.stringify(line))
  const states = run.flatMap(({ path, response }) =>
    [path, response.location].flatMap((text) => /[?&]state=([^&]{2,})/.exec(text)?.[1] ?? []),
  )
  const cookies = run
    .flatMap(({ response }) => response.setCookies)
    .map((line) => line.split(/[=;]/)[1] ?? '')
    .filter((value) => value !== '')
  const secrets = [
    ...harness.provider.issued,
    ...credentials().filter((value) => value.length === 64),
    ...cookies,
    ...states,
    harness.provider.clientSecret,
  ]
  for (const line of lines) for (const secret of secrets) expect(line).not.toContain(secret)
})

test('B124 what happens to a session and its tokens is logged by a name of its own', () => {
  const events = new Set(harness.log.map(({ fields }) => fields.event))
  expect([...events]).toEqual(
    expect.arrayContaining(['login.succeeded', 'login.failed', 'refresh.failed', 'logout.local']),
  )
})

test('B48 no answer may be stored, errors and redirects included', () => {
  for (const { step, response } of run) {
    expect(response.headers['cache-control'], step).toBe('no-store')
  }
})

test('B70 no answer can be framed', () => {
  for (const { step, response } of run) {
    expect(response.headers['content-security-policy'], step).toContain("frame-ancestors 'none'")
  }
})

test('B71 every answer varies by what decides about it', () => {
  for (const { step, response } of run) {
    const vary = String(response.headers.vary).toLowerCase().split(/, */)
    expect(vary, step).toEqual(expect.arrayContaining(['sec-fetch-site', 'origin']))
  }
})

test('B120 every answer carries the headers that keep browsers from guessing and leaking', () => {
  for (const { step, response } of run) {
    const { headers } = response
    expect(headers['x-content-type-options'], step).toBe('nosniff')
    expect(headers['referrer-policy'], step).toBe('no-referrer')
    expect(headers['cross-origin-resource-policy'], step).toBe('same-origin')
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy, step).toEqual(
      expect.arrayContaining(["default-src 'none'", "base-uri 'none'", "form-action 'none'"]),
    )
    // On a redirect it would cut the link to a popup that the app has opened.
    expect(headers['cross-origin-opener-policy'], step).toBeUndefined()
    expect(headers['x-powered-by'], step).toBeUndefined()
  }
})

test('B64 no answer opens itself to another origin', () => {
  for (const { step, response } of run) {
    const opened = Object.keys(response.headers).filter((name) =>
      name.startsWith('access-control-'),
    )
    expect(opened, step).toEqual([])
  }
})

test('B123 errors are typed, with charset, and say nothing of the inside', () => {
  const failed = run.filter(({ response }) => response.status >= 400)
  expect(failed.length).toBeGreaterThanOrEqual(8)
  for (const { step, response } of failed) {
    expect(response.headers['content-type'], step).toBe('application/problem+json; charset=utf-8')
    expect(response.json(), step).toMatchObject({
      type: expect.stringMatching(/^urn:coatcheck:problem:/),
      code: expect.stringMatching(/^[a-z_]+$/),
      status: response.status,
      retry: expect.stringMatching(/^(never|login|later)$/),
      correlationId: expect.stringMatching(/^[\w-]{12}$/),
    })
    expect(response.text, step).not.toMatch(/\bat \S+ \(|\.ts\b|node_modules|Error\b|127\.0\.0\.1/)
  }
})
