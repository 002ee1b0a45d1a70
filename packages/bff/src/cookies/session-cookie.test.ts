import { createHash } from 'node:crypto'
import { parseSetCookie } from 'cookie'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseStoredSession, type SessionRecord } from '../sessions/session-record.ts'
import { fetchHeaders } from '../testing/browser.ts'
import { runEverything } from '../testing/full-run.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

const name = '__Host-Http-coatcheck'
const hint = `${name}-hint`

let harness: Harness
let store: RecordingStore

beforeEach(async () => {
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
})
afterEach(() => harness.close())

const sessionWith = (cookie: string | string[]) =>
  harness.browser.send('/bff/session', { headers: { ...fetchHeaders(harness.origin), cookie } })

const cookieValue = (cookieName: string) => harness.browser.jar.get(cookieName)?.value ?? ''

const authenticated = { authenticated: true }

test('B40 every cookie of a run is Secure and HttpOnly', async () => {
  const run = await runEverything(harness)
  const lines = run.flatMap(({ response }) => response.setCookies)
  expect(lines.length).toBeGreaterThanOrEqual(6)
  for (const line of lines) {
    expect(line).toMatch(/; Secure(;|$)/i)
    expect(line).toMatch(/; HttpOnly(;|$)/i)
  }
})

test('B41 every cookie of a run is bound to this host and path', async () => {
  const run = await runEverything(harness)
  for (const line of run.flatMap(({ response }) => response.setCookies)) {
    const cookie = parseSetCookie(line)
    expect(cookie.name).toMatch(/^__Host-Http-coatcheck(-hint|-tx-[\w-]{12})?$/)
    expect(cookie.path).toBe('/')
    expect(cookie.domain).toBeUndefined()
    expect(line).not.toMatch(/domain/i)
    expect(cookie.sameSite).toBe(cookie.name === name ? 'strict' : 'lax')
  }
})

test('B41 a login works although the Strict cookie is missing on the way back', async () => {
  await harness.login()
  const first = cookieValue(name)
  const path = harness.callbackPath(await harness.startLogin())
  const callback = await harness.browser.navigate(path, 'cross-site')
  expect(callback.status).toBe(303)
  expect(cookieValue(name)).not.toBe(first)
  expect((await harness.browser.get('/bff/session')).json()).toMatchObject(authenticated)
})

test('B41 the cookies last as long as the session may, or as the browser does', async () => {
  const callback = await harness.login()
  const lives = callback.setCookies.map((line) => parseSetCookie(line)).filter(({ value }) => value)
  expect(lives.map((cookie) => [cookie.name, cookie.maxAge])).toEqual([
    [name, 1_209_600],
    [hint, 1_209_600],
  ])
  const other = await createHarness({
    bff: (standard) => ({ ...standard, cookie: { lifetime: 'browser', name: 'mine' } }),
  })
  const lines = (await other.login()).setCookies.filter((line) => !line.includes('Max-Age=0'))
  await other.close()
  expect(lines.map((line) => line.split('=')[0])).toEqual([
    '__Host-Http-mine',
    '__Host-Http-mine-hint',
  ])
  for (const line of lines) expect(line).not.toMatch(/max-age|expires/i)
})

test('B43 the cookie is an opaque id and a secret of 256 bits, of which the store has the hash', async () => {
  await harness.login()
  const [, sid = '', secret = ''] = /^([\w-]{22})\.([\w-]{64})$/.exec(cookieValue(name)) ?? []
  expect(Buffer.from(sid, 'base64url').length).toBe(16)
  // 256 random bits and a MAC of 128.
  expect(Buffer.from(secret, 'base64url').length).toBe(48)
  expect(cookieValue(hint)).toBe(sid)
  const record = store.written.find(({ key }) => key === `session:${sid}`)
  const hash = createHash('sha256').update(secret).digest('base64url')
  expect(parseStoredSession(record?.value ?? '{}')).toMatchObject({ secret: { currentHash: hash } })
})

test('B43 ids and secrets never repeat', async () => {
  const seen = new Set<string>()
  for (let round = 0; round < 20; round += 1) {
    await harness.login(harness.newBrowser(), `user-${round}`)
  }
  const records = store.written.filter(({ key }) => key.startsWith('session:'))
  for (const { value } of records) {
    const { sid, secret } = parseStoredSession(value) as SessionRecord
    seen.add(sid).add(secret.currentHash)
  }
  expect(seen.size).toBe(40)
})

test('B42 a cookie of a name that only looks like ours does not count', async () => {
  await harness.login()
  const value = cookieValue(name)
  const names = [
    name.toLowerCase(),
    name.toUpperCase(),
    '__host-Http-coatcheck',
    '__Host-http-coatcheck',
    '__Host-coatcheck',
    '__Secure-coatcheck',
    'coatcheck',
    `${name}x`,
    `x${name}`,
    `${name}-hint`,
    `${name}.`,
    `"${name}"`,
    '__Host-Http-c%6fatcheck',
    '__Host-Http-coatcheck%20',
    '__Host%2dHttp-coatcheck',
    `=${name}`,
    ` =${name}`,
    '',
  ]
  for (const lookAlike of names) {
    const answer = await sessionWith(`${lookAlike}=${value}`)
    expect([lookAlike, answer.json()]).toEqual([lookAlike, { authenticated: false }])
  }
  expect((await sessionWith(`${name}=${value}`)).json()).toMatchObject(authenticated)
})

test('B42 look-alikes before and after the real cookie change nothing', async () => {
  await harness.login()
  const real = `${name}=${cookieValue(name)}`
  const evil = `${'A'.repeat(22)}.${'A'.repeat(64)}`
  const lookAlikes = [
    `${name.toLowerCase()}=${evil}`,
    `=${name}=${evil}`,
    `${name}`,
    `=${evil}`,
    `${name}x=${evil}`,
  ]
  for (const lookAlike of lookAlikes) {
    for (const cookie of [`${lookAlike}; ${real}`, `${real}; ${lookAlike}`]) {
      expect((await sessionWith(cookie)).json()).toMatchObject(authenticated)
    }
  }
})

test('B42 of two cookies with our name the first counts, as a browser orders them', async () => {
  await harness.login()
  const real = `${name}=${cookieValue(name)}`
  const evil = `${name}=${'A'.repeat(22)}.${'A'.repeat(64)}`
  expect((await sessionWith(`${real}; ${evil}`)).json()).toMatchObject(authenticated)
  expect((await sessionWith(`${evil}; ${real}`)).json()).toEqual({ authenticated: false })
  expect((await sessionWith([real, evil])).json()).toMatchObject(authenticated)
})

test('B42 what is no sid and secret of ours is no session, and no store is asked', async () => {
  await harness.login()
  const value = cookieValue(name)
  const [sid = '', secret = ''] = value.split('.')
  const junk = [
    '',
    '.',
    sid,
    `${sid}.`,
    `.${secret}`,
    `${sid}${secret}`,
    `${sid}.${secret}.`,
    `${sid}.${secret}x`,
    `${sid}.${secret.slice(1)}`,
    `${sid}x.${secret}`,
    `${sid} .${secret}`,
    `${sid}%2e${secret}`,
    encodeURIComponent(value).replace('.', '%2E'),
    `"${value}"`,
    `${value}==`,
    `../${value}`,
    `session:${value}`,
    `${sid}.${'*'.repeat(64)}`,
    `${'é'.repeat(22)}.${secret}`,
    'null',
    '[object Object]',
    'x'.repeat(4000),
    `${sid}.${secret}\t.`,
  ]
  const before = store.calls.length
  for (const cookie of junk) {
    const answer = await sessionWith(Buffer.from(`${name}=${cookie}`).toString('latin1'))
    expect([cookie, answer.json()]).toEqual([cookie, { authenticated: false }])
    expect(answer.setCookies).toEqual([])
  }
  expect(store.calls.length).toBe(before)
})

test('B43 every character of the secret counts', async () => {
  await harness.login()
  const value = cookieValue(name)
  for (let at = 23; at < value.length; at += 1) {
    const other = value[at] === 'A' ? 'B' : 'A'
    const forged = value.slice(0, at) + other + value.slice(at + 1)
    expect((await sessionWith(`${name}=${forged}`)).json()).toEqual({ authenticated: false })
  }
})

test('B40 over http on loopback the Secure flag goes only by explicit option', async () => {
  const other = await createHarness({
    bff: (standard) => ({ ...standard, cookie: { security: 'insecure-loopback' } }),
  })
  const callback = await other.login()
  const out = await other.browser.post('/bff/logout')
  await other.close()
  for (const line of [...callback.setCookies, ...out.setCookies]) {
    expect(line).toMatch(/^coatcheck/)
    expect(line).not.toMatch(/secure/i)
    expect(line).toMatch(/HttpOnly/i)
  }
})
