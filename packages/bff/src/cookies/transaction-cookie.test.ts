import { parseSetCookie } from 'cookie'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { navigationHeaders } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'

const [oldKey, newKey] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString('base64url')) as [
  string,
  string,
]

let harness: Harness

beforeEach(async () => {
  harness = await createHarness()
})
afterEach(() => harness.close())

const prefix = '__Host-Http-coatcheck-tx-'

const transactions = ({ browser }: Harness) =>
  [...browser.jar].filter(([name]) => name.startsWith(prefix))

/** The callback as a browser with exactly these cookies would open it. */
const callBack = (path: string, cookie: string) =>
  harness.browser.send(path, { headers: { ...navigationHeaders, cookie } })

const missing = () => `${harness.origin}/?login_error=login_transaction_missing`

test('B10 the transaction is a sealed cookie of this host for ten minutes', async () => {
  const answer = await harness.browser.navigate('/bff/login?returnTo=/secret-place')
  expect(answer.setCookies).toHaveLength(1)
  const [line = ''] = answer.setCookies
  const { name, value = '', ...attributes } = parseSetCookie(line)
  expect(name).toMatch(/^__Host-Http-coatcheck-tx-[\w-]{12}$/)
  expect(attributes).toEqual({
    httpOnly: true,
    secure: true,
    sameSite: 'lax',
    path: '/',
    maxAge: 600,
  })
  const opened = Buffer.from(value, 'base64url').toString('latin1')
  expect(opened).not.toContain('secret-place')
  expect(opened).not.toContain('orders')
})

test('B10 the callback deletes the cookie, with the attributes it was set with', async () => {
  const authorizationUrl = await harness.startLogin()
  const [[name] = ['']] = transactions(harness)
  const answer = await harness.browser.navigate(harness.callbackPath(authorizationUrl))
  const deletion = answer.setCookies
    .map((line) => parseSetCookie(line))
    .find((c) => c.name === name)
  expect(deletion).toMatchObject({ value: '', maxAge: 0, path: '/', httpOnly: true, secure: true })
  expect(transactions(harness)).toEqual([])
})

test.each(['error=access_denied', 'code=unknown', 'nothing=x'])(
  'B10 a login that ends with %s leaves no cookie either',
  async (query) => {
    const state = new URL(await harness.startLogin()).searchParams.get('state') ?? ''
    const rest = new URLSearchParams({ state, iss: harness.provider.issuer })
    await harness.browser.navigate(`/bff/callback?${query}&${rest}`)
    expect([...harness.browser.jar]).toEqual([])
  },
)

test('B10 after ten minutes a transaction is over, whatever the browser kept', async () => {
  const path = harness.callbackPath(await harness.startLogin())
  harness.advance(600)
  const answer = await harness.browser.navigate(path, 'cross-site')
  expect(answer.location).toBe(missing())
  expect(harness.provider.count('/token')).toBe(0)
})

test('B10 just within ten minutes a transaction is good', async () => {
  const authorizationUrl = await harness.startLogin()
  harness.advance(599)
  const answer = await harness.browser.navigate(harness.callbackPath(authorizationUrl))
  expect(answer.location).toBe(`${harness.origin}/`)
})

test('B44 a transaction cookie with any character changed is no transaction', async () => {
  const path = harness.callbackPath(await harness.startLogin())
  const [[name, { value }] = ['', { value: '' }]] = transactions(harness)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const changed = [...value].map((character, index) => {
    const other = alphabet[(alphabet.indexOf(character) + 1) % 64]
    return value.slice(0, index) + other + value.slice(index + 1)
  })
  expect(changed.length).toBeGreaterThan(100)
  for (const text of changed) {
    const answer = await callBack(path, `${name}=${text}`)
    expect(answer.location).toBe(missing())
  }
  expect(harness.provider.count('/token')).toBe(0)
  expect((await callBack(path, `${name}=${value}`)).location).toBe(`${harness.origin}/`)
})

test.each([
  ['cut short', (value: string) => value.slice(0, -4)],
  ['empty', () => ''],
  ['plain JSON', () => '{"seed":"x"}'],
  [
    'base64 of JSON',
    () => Buffer.from('{"seed":"AAAA","at":9999999999,"path":"/"}').toString('base64url'),
  ],
  ['quoted', (value: string) => `"${value}"`],
  ['percent-encoded', (value: string) => `%${Buffer.from(value).toString('hex')}`],
])('B44 a transaction cookie that is %s is no transaction', async (_name, change) => {
  const path = harness.callbackPath(await harness.startLogin())
  const [[name, { value }] = ['', { value: '' }]] = transactions(harness)
  const answer = await callBack(path, `${name}=${change(value)}`)
  expect(answer.location).toBe(missing())
})

test('B44 the cookie of one login does not serve another', async () => {
  const first = harness.callbackPath(await harness.startLogin())
  const [[, { value }] = ['', { value: '' }]] = transactions(harness)
  const authorizationUrl = await harness.startLogin('/bff/login', harness.newBrowser())
  const state = new URL(authorizationUrl).searchParams.get('state') ?? ''
  const second = harness.callbackPath(authorizationUrl)
  const answer = await callBack(second, `${prefix}${state.slice(0, 12)}=${value}`)
  expect(answer.location).toBe(missing())
  expect((await harness.browser.navigate(first)).location).toBe(`${harness.origin}/`)
})

const startedWith = (sealingKeys: readonly string[]) =>
  createHarness({ bff: (standard) => ({ ...standard, sealingKeys }) })

test.each([
  ['after a rotation', [oldKey], [newKey, oldKey], true],
  ['by the newest key', [newKey, oldKey], [newKey], true],
  ['never by the old key', [newKey, oldKey], [oldKey], false],
  ['never by a foreign key', [oldKey], [newKey], false],
] as const)('B44 a transaction is opened %s', async (_name, before, after, isOpened) => {
  const first = await startedWith(before)
  const { issuer } = first.provider
  const second = await createHarness({
    bff: (standard) => ({
      ...standard,
      sealingKeys: after,
      provider: { ...standard.provider, issuer },
    }),
  })
  const state = new URL(await first.startLogin()).searchParams.get('state') ?? ''
  const [[name, { value }] = ['', { value: '' }]] = transactions(first)
  second.browser.jar.set(name, { value, sameSite: 'lax' })
  const query = new URLSearchParams({ state, error: 'access_denied', iss: issuer })
  const answer = await second.browser.navigate(`/bff/callback?${query}`)
  const code = isOpened ? 'login_cancelled' : 'login_transaction_missing'
  expect(answer.location).toBe(`${second.origin}/?login_error=${code}`)
  await first.close()
  await second.close()
})

test('B09 five tabs finish in reverse order, and each ends where it began', async () => {
  const urls: string[] = []
  for (const tab of [1, 2, 3, 4, 5]) {
    urls.push(await harness.startLogin(`/bff/login?returnTo=/tab-${tab}`))
  }
  expect(transactions(harness)).toHaveLength(5)
  const locations: string[] = []
  for (const url of urls.reverse()) {
    const answer = await harness.browser.navigate(harness.callbackPath(url), 'cross-site')
    locations.push(answer.location)
  }
  expect(locations).toEqual([5, 4, 3, 2, 1].map((tab) => `${harness.origin}/tab-${tab}`))
  expect(transactions(harness)).toEqual([])
  const session = await harness.browser.get('/bff/session')
  expect(session.json()).toMatchObject({ authenticated: true })
})

const sizeOf = (pending: ReturnType<typeof transactions>) =>
  pending.map(([name, { value }]) => `${name}=${value}`).join('; ').length

test.each([
  ['a short way back', '/', 12],
  ['the longest way back', `/${'a'.repeat(299)}`, 1],
])('B09 200 starts with %s stay few and small', async (_name, returnTo, atLeast) => {
  const path = `/bff/login?${new URLSearchParams({ returnTo })}`
  for (let start = 0; start < 200; start += 1) {
    harness.advance(1)
    await harness.startLogin(path)
    const pending = transactions(harness)
    expect(pending.length).toBeLessThanOrEqual(12)
    expect(sizeOf(pending)).toBeLessThanOrEqual(4096)
  }
  expect(transactions(harness).length).toBeGreaterThanOrEqual(atLeast)
})

test('B09 of too many starts the oldest are dropped and the newest can all be finished', async () => {
  const urls: string[] = []
  for (let start = 0; start < 20; start += 1) {
    urls.push(await harness.startLogin())
    harness.advance(1)
  }
  const outcomes: boolean[] = []
  for (const url of urls) {
    const answer = await harness.browser.navigate(harness.callbackPath(url), 'cross-site')
    outcomes.push(answer.location === `${harness.origin}/`)
  }
  expect(outcomes).toEqual([...Array(8).fill(false), ...Array(12).fill(true)])
})

test('B09 what cannot be opened any more makes room first', async () => {
  for (let planted = 0; planted < 30; planted += 1) {
    harness.browser.jar.set(`${prefix}planted${planted}`, {
      value: 'x'.repeat(90),
      sameSite: 'lax',
    })
  }
  const authorizationUrl = await harness.startLogin()
  expect(transactions(harness)).toHaveLength(1)
  const answer = await harness.browser.navigate(harness.callbackPath(authorizationUrl))
  expect(answer.location).toBe(`${harness.origin}/`)
})

test.each(['a b', 'é', 'x;y', 'short', '=========='])(
  'a cookie with the odd name "…-tx-%s" blocks no login',
  async (suffix) => {
    const cookie = `${prefix}${suffix}=1`
    const headers = { ...navigationHeaders, cookie: Buffer.from(cookie).toString('latin1') }
    const start = await harness.browser.send('/bff/login', { headers })
    expect(start.status).toBe(303)
    expect(start.location).toContain(`${harness.provider.issuer}/authorize`)
    const state = encodeURIComponent(suffix)
    const end = await callBack(`/bff/callback?code=x&state=${state}`, headers.cookie)
    expect(end.location).toBe(missing())
  },
)
