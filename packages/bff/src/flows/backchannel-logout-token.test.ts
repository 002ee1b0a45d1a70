import {
  createHmac,
  createPublicKey,
  createSign,
  type KeyObject,
  KeyObject as KeyObjectClass,
} from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHarness, type Harness } from '../testing/harness.ts'
import {
  foreignKey,
  logoutClaims,
  logoutEvent,
  makeToken,
  sendLogoutToken,
  standardHeader,
} from '../testing/logout-tokens.ts'

let harness: Harness

beforeAll(async () => {
  harness = await createHarness()
  harness.provider.script.idToken = (claims) => ({ ...claims, sid: 'op-session' })
  await harness.login()
})
afterAll(() => harness.close())

type Json = Readonly<Record<string, unknown>>
type Attack = readonly [name: string, make: (good: Json, seconds: number) => string]

const token = (
  claims: Json | string | Buffer,
  header: Json | string = standardHeader,
  key?: KeyObject,
) => makeToken(harness, key === undefined ? { header, claims } : { header, claims, key })

const without = (claims: Json, name: string): Json =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))

/** The claims with one more, whose value is these bytes. */
const bytesOf = (good: Json, hex: string) => {
  const text = JSON.stringify({ x: '', ...good })
  const [before, after] = [text.slice(0, '{"x":"'.length), text.slice('{"x":"'.length)]
  const parts = [Buffer.from(before), Buffer.from(hex, 'hex'), Buffer.from(after)]
  return token(Buffer.concat(parts))
}

const withHeader = (change: Json) => (good: Json) => token(good, { ...standardHeader, ...change })
const withClaims = (change: Json) => (good: Json) => token({ ...good, ...change })

const publicPem = () =>
  createPublicKey(KeyObjectClass.from(harness.provider.signingKey)).export({
    type: 'spki',
    format: 'pem',
  })

const hmacToken = (good: Json, secret: string | Buffer): string => {
  const [header, claims] = token(good, { ...standardHeader, alg: 'HS256' }).split('.')
  const signature = createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url')
  return `${header}.${claims}.${signature}`
}

const unsigned = (good: Json, alg: string) => {
  const [header, claims] = token(good, { ...standardHeader, alg }).split('.')
  return `${header}.${claims}.`
}

const sha512Token = (good: Json) => {
  const [header, claims] = token(good, { ...standardHeader, alg: 'RS512' }).split('.')
  const key = KeyObjectClass.from(harness.provider.signingKey)
  const signature = createSign('sha512').update(`${header}.${claims}`).sign(key, 'base64url')
  return `${header}.${claims}.${signature}`
}

const embeddedKey = (good: Json) => {
  const key = foreignKey()
  const jwk = createPublicKey(key).export({ format: 'jwk' })
  return token(good, { alg: 'RS256', typ: 'logout+jwt', jwk }, key)
}

const spliced = (good: Json) => {
  const [header, , signature] = token(good).split('.')
  const claims = Buffer.from(JSON.stringify({ ...good, sub: 'bob' })).toString('base64url')
  return `${header}.${claims}.${signature}`
}

const textOf = (good: Json, change: (text: string) => string) => token(change(JSON.stringify(good)))

/** Every way we know to make a logout token wrong; each is of the right user, and signed. */
const attacks: readonly Attack[] = [
  ['no token', () => ''],
  ['one part', () => 'x'],
  ['five parts', (good) => `${token(good)}.a.b`],
  ['a trailing dot', (good) => `${token(good)}.`],
  ['a blank in front', (good) => ` ${token(good)}`],
  ['a line break at the end', (good) => `${token(good)}\n`],
  ['padding', (good) => `${token(good)}==`],
  ['JSON serialisation', (good) => JSON.stringify({ payload: token(good) })],
  ['no signature', (good) => token(good).replace(/[^.]+$/, '')],
  ['a changed signature', (good) => token(good).replace(/.{4}$/, 'AAAA')],
  ['claims of another token', spliced],
  ['alg none', (good) => unsigned(good, 'none')],
  ['alg None', (good) => unsigned(good, 'None')],
  ['alg none with a signature', withHeader({ alg: 'none' })],
  ['no alg', (good) => token(good, { kid: 'signing', typ: 'logout+jwt' })],
  ['HMAC with the public key', (good) => hmacToken(good, publicPem())],
  ['HMAC with the client secret', (good) => hmacToken(good, harness.provider.clientSecret)],
  ['another algorithm than the registered one', sha512Token],
  ['a key of somebody else', (good) => token(good, standardHeader, foreignKey())],
  ['a key in its header', embeddedKey],
  ['a kid that is not there', withHeader({ kid: 'other' })],
  ['a kid that is a path', withHeader({ kid: '../../dev/null' })],
  ['a kid that is a number', withHeader({ kid: 1 })],
  ['an unknown extension that is critical', withHeader({ crit: ['x'], x: 1 })],
  ['an empty crit', withHeader({ crit: [] })],
  ['a payload that is not encoded', withHeader({ crit: ['b64'], b64: false })],
  ['typ at+jwt', withHeader({ typ: 'at+jwt' })],
  ['typ id+jwt', withHeader({ typ: 'id+jwt' })],
  ['typ secevent+jwt', withHeader({ typ: 'secevent+jwt' })],
  ['typ dpop+jwt', withHeader({ typ: 'dpop+jwt' })],
  ['an empty typ', withHeader({ typ: '' })],
  ['a typ that is null', withHeader({ typ: null })],
  ['another issuer', withClaims({ iss: 'https://evil.test' })],
  ['an issuer with a slash', (good) => token({ ...good, iss: `${good.iss}/` })],
  ['an issuer in a list', (good) => token({ ...good, iss: [good.iss] })],
  ['no issuer', (good) => token(without(good, 'iss'))],
  ['another audience', withClaims({ aud: 'other-client' })],
  ['a second audience', (good) => token({ ...good, aud: [good.aud, 'other-client'] })],
  ['an empty audience', withClaims({ aud: [] })],
  ['no audience', (good) => token(without(good, 'aud'))],
  ['no iat', (good) => token(without(good, 'iat'))],
  ['iat as text', (good) => token({ ...good, iat: String(good.iat) })],
  ['iat in an hour', (good, now) => token({ ...good, iat: now + 3600, exp: now + 3700 })],
  ['iat just beyond the leeway', (good, now) => token({ ...good, iat: now + 12, exp: now + 60 })],
  ['iat of yesterday', (good, now) => token({ ...good, iat: now - 86_400, exp: now + 60 })],
  ['no jti', (good) => token(without(good, 'jti'))],
  ['an empty jti', withClaims({ jti: '' })],
  ['a jti that is a number', withClaims({ jti: 7 })],
  ['a jti without end', withClaims({ jti: 'j'.repeat(300) })],
  ['no events', (good) => token(without(good, 'events'))],
  ['no logout among the events', withClaims({ events: {} })],
  ['another event', withClaims({ events: { 'http://schemas.openid.net/event/other': {} } })],
  ['events as a list', withClaims({ events: [logoutEvent] })],
  ['events as text', withClaims({ events: logoutEvent })],
  ['an event that is no object', withClaims({ events: { [logoutEvent]: true } })],
  ['an event that is a list', withClaims({ events: { [logoutEvent]: [] } })],
  ['an event that is null', withClaims({ events: { [logoutEvent]: null } })],
  ['a nonce', withClaims({ nonce: 'n' })],
  ['a nonce that is null', withClaims({ nonce: null })],
  ['neither sub nor sid', (good) => token(without(good, 'sub'))],
  ['an empty sub', withClaims({ sub: '' })],
  ['a sub that is a number', withClaims({ sub: 1 })],
  ['a sub that is null', withClaims({ sub: null, sid: 'op-session' })],
  ['an empty sid', withClaims({ sid: '' })],
  ['a sid in a list', withClaims({ sid: ['op-session'] })],
  ['two members of one name', (good) => textOf(good, (text) => `{"sub":"bob",${text.slice(1)}`)],
  [
    'a member hidden by an escape',
    (good) => textOf(good, (text) => `{"\\u0073ub":"b",${text.slice(1)}`),
  ],
  ['a byte order mark', (good) => textOf(good, (text) => `\ufeff${text}`)],
  ['a byte that is no UTF-8', (good) => bytesOf(good, 'ff')],
  ['a letter in more bytes than it needs', (good) => bytesOf(good, 'c1a1')],
  ['half of a pair', (good) => bytesOf(good, 'eda080')],
  ['claims that are a list', () => token('[]')],
  ['claims that are no JSON', () => token('{')],
  ['claims that are null', () => token('null')],
  ['a header that is a list', (good) => token(good, '[]')],
  [
    'an ID token',
    (good) => token(without({ ...good, nonce: 'n' }, 'events'), { ...standardHeader, typ: 'JWT' }),
  ],
]

const goodClaims = () => ({ ...logoutClaims(harness), sub: 'alice' })
const isAlive = async () =>
  (await harness.browser.get('/bff/session?slide=false')).json().authenticated

for (const [name, make] of attacks) {
  test(`B110 a logout token is refused and nobody is logged out by: ${name}`, async () => {
    const seconds = Math.floor(harness.now() / 1000)
    const response = await sendLogoutToken(harness, make(goodClaims(), seconds))
    expect([response.status, response.json().code]).toEqual([400, 'invalid_request'])
    expect(response.headers['cache-control']).toBe('no-store')
    expect(await isAlive()).toBe(true)
  })
}

type ExpiryAttack = readonly [name: string, change: (seconds: number) => Json]

const expiryAttacks: readonly ExpiryAttack[] = [
  ['no exp', () => ({ exp: undefined })],
  ['exp a minute ago', (now) => ({ iat: now - 120, exp: now - 60 })],
  ['exp at the end of the leeway', (now) => ({ iat: now - 60, exp: now - 11 })],
  ['exp in a year', (now) => ({ exp: now + 31_536_000 })],
  ['exp before iat', (now) => ({ iat: now + 5, exp: now + 4 })],
  ['exp as text', (now) => ({ exp: String(now + 60) })],
  ['exp that is null', () => ({ exp: null })],
]

for (const [name, change] of expiryAttacks) {
  test(`B112 a logout token is refused for its time: ${name}`, async () => {
    const seconds = Math.floor(harness.now() / 1000)
    const response = await sendLogoutToken(harness, token({ ...goodClaims(), ...change(seconds) }))
    expect(response.status).toBe(400)
    expect(await isAlive()).toBe(true)
  })
}

const aDevice = async () => {
  const browser = harness.newBrowser()
  await harness.login(browser, 'carol')
  return browser
}

const typeless: Json = { alg: 'RS256', kid: 'signing' }
const controls: readonly (readonly [name: string, change: Json, header: Json])[] = [
  ['typ logout+jwt', {}, standardHeader],
  ['typ JWT', {}, { ...typeless, typ: 'JWT' }],
  ['no typ', {}, typeless],
  ['typ in capitals and in full', {}, { ...typeless, typ: 'APPLICATION/LOGOUT+JWT' }],
  ['no kid', {}, { alg: 'RS256' }],
  ['an audience in a list', { aud: ['spa-bff'] }, standardHeader],
  ['sub and sid', { sid: 'op-session' }, standardHeader],
  ['another event besides', { events: { [logoutEvent]: {}, other: {} } }, standardHeader],
  ['members inside the event', { events: { [logoutEvent]: { why: 'x' } } }, standardHeader],
  ['claims of its own', { trace: 'x' }, standardHeader],
]

for (const [name, change, header] of controls) {
  test(`B110 B112 a logout token by the book ends the session: ${name}`, async () => {
    const carol = await aDevice()
    const claims = { ...logoutClaims(harness), sub: 'carol', ...change }
    const response = await sendLogoutToken(harness, token(claims, header))
    expect([response.status, response.text]).toEqual([200, ''])
    expect(response.headers['cache-control']).toBe('no-store')
    const session = (await carol.get('/bff/session')).json()
    expect(session).toEqual({ authenticated: false, reason: 'revoked' })
    // The next login must not be the one that this token meant.
    harness.advance(1)
  })
}

test('B110 after all of these the session of the other user is as it was', async () => {
  expect(await isAlive()).toBe(true)
})
