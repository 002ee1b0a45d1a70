import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BrowserResponse } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

/** What a signal says, decided by hand for every value: the oracle knows nothing of the code. */
type Verdict = 'ours' | 'silent' | 'foreign'

interface Signal {
  readonly name: string
  /** Two values are two header lines; none is a header that is not sent. */
  readonly values: readonly string[]
  readonly verdict: Verdict
}

const signal = (verdict: Verdict, ...values: string[]): Signal => ({
  name: values.length === 0 ? 'absent' : values.join(' + '),
  values,
  verdict,
})

interface Row {
  readonly csrf: Signal
  readonly site: Signal
  readonly mode: Signal
  readonly dest: Signal
  readonly origin: Signal
  readonly referer: Signal
}

const app = 'https://app.example'
const absent = signal('silent')

/** What Chromium sends with the SDK's own call. */
const own: Row = {
  csrf: signal('ours', '1'),
  site: signal('ours', 'same-origin'),
  mode: signal('ours', 'cors'),
  dest: signal('ours', 'empty'),
  origin: signal('ours', app),
  referer: signal('ours', `${app}/page?x=1`),
}

/** A browser that knows no Fetch Metadata. */
const old: Row = { ...own, site: absent, mode: absent, dest: absent }

const isAllowed = ({ csrf, site, mode, dest, origin, referer }: Row): boolean => {
  if (csrf.verdict !== 'ours') return false
  if ([site, mode, dest, origin].some(({ verdict }) => verdict === 'foreign')) return false
  // The referrer is the last resort: it counts when nothing better speaks.
  if (site.verdict === 'ours' || origin.verdict === 'ours') return true
  return referer.verdict === 'ours'
}

const endpoints = [
  { method: 'GET', path: '/bff/session' },
  { method: 'POST', path: '/bff/token' },
  { method: 'POST', path: '/bff/logout' },
] as const

let harness: Harness
let store: RecordingStore

beforeAll(async () => {
  harness = await createHarness({
    bff: (standard) => ({ ...standard, publicUrl: app }),
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  await harness.login()
})
afterAll(() => harness.close())

const cookie = () => [...harness.browser.jar].map(([name, { value }]) => `${name}=${value}`)

const toHeaders = (row: Row): Record<string, string | string[]> => {
  const named: readonly (readonly [string, Signal])[] = [
    ['x-csrf', row.csrf],
    ['sec-fetch-site', row.site],
    ['sec-fetch-mode', row.mode],
    ['sec-fetch-dest', row.dest],
    ['origin', row.origin],
    ['referer', row.referer],
  ]
  const sent = named.filter(([, { values }]) => values.length > 0)
  return Object.fromEntries(sent.map(([header, { values }]) => [header, [...values]]))
}

const send = (
  row: Row,
  { method, path }: { method: string; path: string } = endpoints[1],
): Promise<BrowserResponse> =>
  harness.browser.send(path, {
    method,
    headers: {
      ...toHeaders(row),
      cookie: cookie().join('; '),
      ...(method === 'POST' && { 'content-type': 'application/json' }),
    },
    ...(method === 'POST' && { body: '{}' }),
  })

const expectRefused = async (
  row: Row,
  endpoint: { method: string; path: string } = endpoints[1],
): Promise<void> => {
  const [providerCalls, storeCalls] = [harness.provider.requests.length, store.calls.length]
  const response = await send(row, endpoint)
  expect(response.status).toBe(403)
  expect(response.json().code).toBe(
    row.csrf.verdict === 'ours' ? 'origin_not_allowed' : 'csrf_rejected',
  )
  expect(response.setCookies).toEqual([])
  expect(harness.provider.requests.length).toBe(providerCalls)
  expect(store.calls.length).toBe(storeCalls)
}

const expectAllowed = async (row: Row): Promise<void> => {
  const response = await send(row)
  expect(response.status).toBe(200)
  expect(response.json()).toHaveProperty('access_token')
}

/** Names what differs from the SDK's own call. */
const describeRow = (row: Row): string =>
  (Object.keys(row) as (keyof Row)[])
    .filter((key) => row[key].name !== own[key].name)
    .map((key) => `${key} ${row[key].name || '(empty)'}`)
    .join(', ') || 'nothing is wrong'

interface Call {
  readonly row: Row
  readonly endpoint?: (typeof endpoints)[number]
}

/** One test for each call that must be refused. */
const refuse = (rule: string, calls: readonly Call[]): void => {
  for (const { row, endpoint = endpoints[1] } of calls) {
    const { method, path } = endpoint
    test(`${rule}: ${method} ${path}, ${describeRow(row)}`, () => expectRefused(row, endpoint))
  }
}

const sites = [
  absent,
  signal('ours', 'same-origin'),
  signal('foreign', 'same-site'),
  signal('foreign', 'cross-site'),
  signal('foreign', 'none'),
  signal('silent', 'sideways'),
]
const origins = [
  absent,
  signal('ours', app),
  signal('foreign', 'https://evil.test'),
  signal('foreign', 'null'),
  signal('foreign', 'https://sibling.app.example'),
]
const referers = [absent, own.referer, signal('foreign', 'https://evil.test/')]
const csrfs = [absent, own.csrf]

const grid = sites.flatMap((site) =>
  origins.flatMap((origin) =>
    referers.flatMap((referer) => csrfs.map((csrf) => ({ ...own, site, origin, referer, csrf }))),
  ),
)

test('B62 the table of combinations is as wide as it says', () => {
  expect(grid.length).toBe(180)
  expect(grid.filter(isAllowed).length).toBe(14)
})

for (const row of grid.filter(isAllowed)) {
  test(`B62 signals that agree on this origin pass: ${describeRow(row)}`, () => expectAllowed(row))
}

refuse(
  'B62 one signal against it refuses a call',
  grid.filter((row) => !isAllowed(row)).map((row) => ({ row })),
)

const repeatedSites = [
  signal('foreign', 'same-origin', 'cross-site'),
  signal('foreign', 'cross-site', 'same-origin'),
  signal('foreign', 'same-origin', 'same-origin'),
  signal('foreign', 'same-origin, cross-site'),
  signal('foreign', 'sideways', 'sideways'),
]

refuse(
  'B62 Sec-Fetch-Site sent twice is refused',
  repeatedSites.map((site) => ({ row: { ...own, site } })),
)

const lookAlikeOrigins = [
  'http://app.example',
  'https://app.example:443',
  'https://app.example:8443',
  'https://APP.example',
  'HTTPS://app.example',
  'https://app.example.',
  'https://app.example/',
  'https://app.example/bff',
  'https://app.example?',
  'https://app.example#',
  'https://user@app.example',
  'https://app.example@evil.test',
  'https://app.example:443@evil.test',
  'https://app.example.evil.test',
  'https://evil.test/https://app.example',
  'https://evil-app.example',
  'https://appxexample',
  'https://app.exampl',
  'https://app.example1',
  'https://example',
  'https://www.app.example',
  'https://app.example%00.evil.test',
  'https://app.example%2eevil.test',
  'https://app\\.example',
  'https:\\\\app.example',
  'https:/app.example',
  'https:app.example',
  '//app.example',
  'app.example',
  'https://xn--pp-pia.example',
  'https://127.0.0.1',
  'file://',
  'chrome-extension://app.example',
  'wss://app.example',
  'null',
  'NULL',
  'undefined',
  '*',
  'https://app.example https://evil.test',
  'https://app.example, https://evil.test',
  'https://evil.test, https://app.example',
].map((value) => signal('foreign', value))

const repeatedOrigins = [
  signal('foreign', app, app),
  signal('foreign', app, 'https://evil.test'),
  signal('foreign', 'https://evil.test', app),
]

const wrongOrigins = [...lookAlikeOrigins, ...repeatedOrigins]

refuse(
  'B61 an origin that is not exactly ours is refused',
  wrongOrigins.map((origin) => ({ row: { ...old, origin } })),
)

refuse(
  'B62 an origin that contradicts Sec-Fetch-Site is refused',
  wrongOrigins.map((origin) => ({ row: { ...own, origin } })),
)

const lookAlikeReferers = [
  app,
  'http://app.example/',
  'https://app.example:443/',
  'https://app.example:8443/',
  'https://app.example./',
  'https://APP.example/',
  'https://app.example.evil.test/',
  'https://app.example@evil.test/',
  'https://app.example:pass@evil.test/',
  'https://user@app.example/',
  'https://evil.test/?https://app.example/',
  'https://evil.test/#https://app.example/',
  'https://evil-app.example/',
  'https://www.app.example/',
  'https:\\\\app.example\\',
  'https:app.example/',
  '//app.example/',
  '/bff/session',
  'about:blank',
  'null',
  'blob:https://app.example/1',
  'data:text/html,https://app.example/',
].map((value) => signal('foreign', value))

const repeatedReferers = [
  signal('foreign', `${app}/`, 'https://evil.test/'),
  signal('foreign', `${app}/`, `${app}/`),
]

refuse(
  'B61 a referrer that is not below our origin is refused',
  [...lookAlikeReferers, ...repeatedReferers].map((referer) => ({
    row: { ...old, origin: absent, referer },
  })),
)

for (const value of [`${app}/`, `${app}/deep/page?q=1,2&back=https://evil.test/`]) {
  test(`B61 our own referrer is the last resort: ${value}`, () =>
    expectAllowed({ ...old, origin: absent, referer: signal('ours', value) }))
}

refuse(
  'B61 a request that says nothing of its origin is refused',
  endpoints.map((endpoint) => ({ row: { ...old, origin: absent, referer: absent }, endpoint })),
)

const wrongHeaders = [
  absent,
  ...['', '0', '2', '01', '1.0', 'true', 'on', '１', '-1', '"1"', '1;', '1, 1'].map((value) =>
    signal('foreign', Buffer.from(value).toString('latin1')),
  ),
  signal('foreign', '1', '1'),
  signal('foreign', '1', '0'),
]

refuse(
  'B60 without X-CSRF: 1 a call is refused, GET included',
  endpoints.flatMap((endpoint) =>
    wrongHeaders.map((csrf) => ({ row: { ...own, csrf }, endpoint })),
  ),
)

const siblings = ['https://blog.app.example', 'https://example', 'https://app.example:8443']

refuse(
  'B63 a sibling of the same site is refused though SameSite cookies come along',
  endpoints.flatMap((endpoint) =>
    siblings.flatMap((value) =>
      ['same-site', 'cross-site'].map((site) => ({
        row: { ...own, site: signal('foreign', site), origin: signal('foreign', value) },
        endpoint,
      })),
    ),
  ),
)

refuse(
  'B63 same-site without an origin is refused',
  endpoints.map((endpoint) => ({
    row: { ...own, site: signal('foreign', 'same-site'), origin: absent },
    endpoint,
  })),
)

const wrongModes = ['navigate', 'no-cors', 'websocket', 'nested-navigate', 'CORS', 'anything']
const wrongDestinations =
  'document iframe frame image script style font embed object worker sharedworker serviceworker manifest report track video audio'.split(
    ' ',
  )

refuse('B62 what is no call of a script is refused', [
  ...wrongModes.map((value) => ({ row: { ...own, mode: signal('foreign', value) } })),
  ...wrongDestinations.map((value) => ({ row: { ...own, dest: signal('foreign', value) } })),
  { row: { ...own, mode: signal('foreign', 'cors', 'navigate') } },
  { row: { ...own, dest: signal('foreign', 'empty', 'image') } },
])

test('B62 a script of our own passes with mode same-origin as with cors', async () => {
  await expectAllowed({ ...own, mode: signal('ours', 'same-origin') })
  await expectAllowed({ ...own, mode: absent, dest: absent })
})

test('B61 the origin that counts is the configured one, not the host that was asked', async () => {
  const host = new URL(harness.origin).host
  await expectRefused({ ...old, origin: signal('foreign', `http://${host}`) })
  await expectRefused({ ...old, origin: signal('foreign', `https://${host}`) })
})

test('B60 after every refusal of this table the session is as it was', async () => {
  const response = await send(own, endpoints[0])
  expect(response.json()).toMatchObject({ authenticated: true, user: { sub: 'alice' } })
  expect(harness.provider.count('/token', 'refresh_token')).toBe(0)
})
