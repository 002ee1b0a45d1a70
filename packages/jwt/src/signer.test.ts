import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import type {
  JwtErrorCode,
  KeyRing,
  SignerOptions,
  SignerWarning,
  SignInput,
  SigningKey,
} from './index.ts'
import { createKeyRing, createSigner, createVerifier, generateKey, JwtError } from './index.ts'
import { misconfiguration } from './testing/refusal.ts'
import { audience, canary, issuer, now, nowSeconds } from './testing/tokens.ts'

const key = await generateKey('ES256')

const makeSigner = (changes: Partial<SignerOptions> = {}) =>
  createSigner({ issuer, audience, key, now, ...changes } as SignerOptions)

const who: SignInput = { subject: canary, clientId: 'spa' }

const decode = (token: string) => {
  const [header = '', payload = ''] = token.split('.')
  const read = (segment: string) => JSON.parse(Buffer.from(segment, 'base64url').toString())
  return { header: read(header), claims: read(payload) }
}

/** The code an input is refused with, with the claim at fault. */
const refusalOf = async (
  input: unknown,
  changes: Partial<SignerOptions> = {},
): Promise<readonly [JwtErrorCode | 'signed', string?]> => {
  try {
    await makeSigner(changes).sign(input as SignInput)
    return ['signed']
  } catch (error) {
    expect(error).toBeInstanceOf(JwtError)
    const { code, claim, message, stack } = error as JwtError
    expect(`${message} ${stack} ${JSON.stringify(error)}`).not.toContain(canary)
    return claim === undefined ? [code] : [code, claim]
  }
}

test('a signed token passes the verifier of its API and says what was asked for', async () => {
  const input: SignInput = {
    subject: 'user-1',
    clientId: 'spa',
    scope: ['orders:read', 'orders:write'],
    roles: ['admin'],
    authTime: nowSeconds - 60,
    acr: 'urn:example:gold',
    amr: ['pwd', 'otp'],
    jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    claims: { tenant: 'blue', nested: { list: [1, 'ä', null] } },
  }
  const { token, claims, header } = await makeSigner().issue(input)
  const keys = key.publicJwk ?? { keys: [] }
  const verifier = createVerifier({ issuer, audience, algorithms: ['ES256'], keys, now })
  expect(await verifier.verify(token)).toEqual({ claims, header })
  expect(claims).toEqual({
    iss: issuer,
    sub: 'user-1',
    aud: audience,
    exp: nowSeconds + 600,
    iat: nowSeconds,
    jti: expect.stringMatching(/^[\w-]{22}$/),
    client_id: 'spa',
    scope: 'orders:read orders:write',
    roles: ['admin'],
    auth_time: nowSeconds - 60,
    acr: 'urn:example:gold',
    amr: ['pwd', 'otp'],
    cnf: { jkt: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs' },
    tenant: 'blue',
    nested: { list: [1, 'ä', null] },
  })
})

test('J50 a token has the header and all claims of RFC 9068, and none that was not asked for', async () => {
  const { header, claims } = decode(await makeSigner().sign(who))
  expect(header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: key.kid })
  expect(Object.keys(claims)).toEqual(['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'client_id'])
})

test('J50 the example of RFC 9068, section 2.2 comes out member by member', async () => {
  const signer = createSigner({
    issuer: 'https://authorization-server.example.com/',
    audience: 'https://rs.example.com/',
    key,
    ttlSeconds: 1618354090 + 3600 - 1618354090,
    now: () => 1618354090_000,
  })
  const { header, claims } = await signer.issue({
    subject: '5ba552d67',
    clientId: 's6BhdRkqt3',
    scope: 'openid profile reademail',
  })
  expect({ ...header, kid: 'RjEwOwOA' }).toEqual({ typ: 'at+jwt', alg: 'ES256', kid: 'RjEwOwOA' })
  expect({ ...claims, jti: 'dbe39bf3a3ba4238a513f51d6e1691c4' }).toEqual({
    iss: 'https://authorization-server.example.com/',
    sub: '5ba552d67',
    aud: 'https://rs.example.com/',
    exp: 1618357690,
    iat: 1618354090,
    jti: 'dbe39bf3a3ba4238a513f51d6e1691c4',
    client_id: 's6BhdRkqt3',
    scope: 'openid profile reademail',
  })
})

const ownedByTheSigner = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'nbf',
  'jti',
  'client_id',
  'scope',
  'roles',
  'auth_time',
  'acr',
  'amr',
  'cnf',
  'events',
  'at_hash',
  'c_hash',
  'toJSON',
]

for (const name of ownedByTheSigner) {
  test(`J50 claims cannot bring a ${name} of their own`, async () => {
    for (const value of ['x', nowSeconds + 999_999, null, undefined, () => ({ iss: 'x' })]) {
      expect(await refusalOf({ ...who, claims: { [name]: value } })).toEqual([
        'signing_refused',
        name,
      ])
    }
  })
}

test('J50 nothing of an input reaches the header, or another claim by way of a prototype', async () => {
  for (const member of ['header', 'alg', 'kid', 'typ', 'key', 'iss', 'issuer', 'exp', 'jti']) {
    expect(await refusalOf({ ...who, [member]: 'none' })).toEqual(['configuration_invalid'])
  }
  const hostile = JSON.parse('{"__proto__":{"iss":"x"},"a":1}')
  expect(await refusalOf({ ...who, claims: hostile })).toEqual(['signing_refused', '__proto__'])
  const inherited = Object.create({ iss: 'x', toJSON: () => ({ iss: 'x' }) })
  inherited.a = 1
  expect(decode(await makeSigner().sign({ ...who, claims: inherited })).claims.iss).toBe(issuer)
})

test('J51 a key for none, or for what it is not, makes no signer', async () => {
  const hmac = await generateKey('HS256')
  const weak = await crypto.subtle.importKey(
    'raw',
    new Uint8Array(16).fill(7),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  const verifyOnly = await crypto.subtle.importKey(
    'raw',
    new Uint8Array(32).fill(7),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  )
  const encryption = (await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
  ])) as unknown as SigningKey['key']
  const unfit: readonly unknown[] = [
    { ...key, alg: 'none' },
    { ...key, alg: 'None' },
    { ...key, alg: '' },
    { ...key, alg: 'ES384' },
    { ...key, alg: 'HS256' },
    { ...key, alg: undefined },
    { ...hmac, alg: 'HS512' },
    { ...hmac, key: weak },
    { ...hmac, key: encryption },
    { ...hmac, key: verifyOnly },
    { ...key, kid: '' },
    { ...key, kid: undefined },
    { ...key, kid: 'a\r\nb' },
    { ...key, key: undefined },
    { ...key, key: 'a secret in text, which is refused' },
    { ...key, key: key.publicJwk },
    key.publicJwk,
    'a secret in text, which is refused',
    new Uint8Array(64),
    {},
    null,
  ]
  for (const each of unfit) {
    expect(misconfiguration(() => makeSigner({ key: each as SigningKey }))).toBeDefined()
  }
})

test('J51 every token ends: after ten minutes, or as asked for, and an hour at most', async () => {
  const lifeOf = async (input: Partial<SignInput> = {}, changes: Partial<SignerOptions> = {}) => {
    const { claims } = await makeSigner(changes).issue({ ...who, ...input })
    return claims.exp - claims.iat
  }
  expect(await lifeOf()).toBe(600)
  expect(await lifeOf({ ttlSeconds: 1 })).toBe(1)
  expect(await lifeOf({ ttlSeconds: 3600 })).toBe(3600)
  expect(await lifeOf({}, { ttlSeconds: 60 })).toBe(60)
  expect(await lifeOf({}, { maximumTtlSeconds: 300 })).toBe(300)
  expect(await lifeOf({ ttlSeconds: 86_400 }, { maximumTtlSeconds: 86_400 })).toBe(86_400)
})

test('J51 a life over the limit, or none, is refused', async () => {
  const refused = ['signing_refused', 'exp']
  for (const ttlSeconds of [0, -1, 3601, 0.5, 1.5, Number.NaN, Infinity, '60', null]) {
    expect(await refusalOf({ ...who, ttlSeconds })).toEqual(refused)
  }
  const short = { maximumTtlSeconds: 300 }
  expect(await refusalOf({ ...who, ttlSeconds: 301 }, short)).toEqual(refused)
  for (const changes of [
    { ttlSeconds: 0 },
    { ttlSeconds: 3601 },
    { ttlSeconds: 1.5 },
    { ttlSeconds: '600' },
    { ttlSeconds: null },
    { ttlSeconds: 600, maximumTtlSeconds: 300 },
    { maximumTtlSeconds: 0 },
    { maximumTtlSeconds: 86_401 },
    { maximumTtlSeconds: Infinity },
    { maximumTtlSeconds: Number.NaN },
  ]) {
    expect(misconfiguration(() => makeSigner(changes as Partial<SignerOptions>))).toBeDefined()
  }
})

test('J51 a clock that tells no instant signs nothing: the token would have no end', async () => {
  for (const instant of [Number.NaN, Infinity, -Infinity, undefined]) {
    const changes = { now: () => instant as number }
    expect(await refusalOf(who, changes)).toEqual(['signing_refused', 'iat'])
  }
})

test('J51 a signer is held to what its ring promises', async () => {
  const makeRing = (tokenLifetimeSeconds: number): KeyRing =>
    createKeyRing({ algorithm: 'ES256', tokenLifetimeSeconds, now })
  const onRing = (keyRing: KeyRing, changes: Partial<SignerOptions> = {}) =>
    createSigner({ issuer, audience, keyRing, now, ...changes } as SignerOptions)
  const short = makeRing(300)
  const { claims } = await onRing(short).issue(who)
  expect(claims.exp - claims.iat).toBe(300)
  await expect(onRing(short).sign({ ...who, ttlSeconds: 301 })).rejects.toMatchObject({
    code: 'signing_refused',
  })
  expect(misconfiguration(() => onRing(short, { ttlSeconds: 301 }))).toBeDefined()
  expect(misconfiguration(() => onRing(short, { maximumTtlSeconds: 600 }))).toContain(
    'tokenLifetimeSeconds',
  )
  const long = makeRing(86_400)
  await expect(onRing(long).sign({ ...who, ttlSeconds: 3601 })).rejects.toMatchObject({
    code: 'signing_refused',
  })
  expect(await onRing(long, { maximumTtlSeconds: 86_400 }).sign(who)).toBeDefined()
})

test('J52 ten thousand tokens have ten thousand jti of 128 random bits', async () => {
  const fast = createSigner({ issuer, audience, key: await generateKey('HS256'), now })
  const issued = await Promise.all(Array.from({ length: 10_000 }, () => fast.issue(who)))
  const ids = issued.map(({ claims }) => String(claims.jti))
  expect(new Set(ids).size).toBe(10_000)
  const octets = ids.map((id) => Buffer.from(id, 'base64url'))
  expect(octets.every(({ length }) => length >= 16)).toBe(true)
  // No bit is fixed, as the version of a UUID would be.
  for (let bit = 0; bit < 128; bit += 1) {
    const set = octets.filter((value) => ((value[bit >> 3] ?? 0) >> (bit & 7)) & 1).length
    expect(set).toBeGreaterThan(4_500)
    expect(set).toBeLessThan(5_500)
  }
}, 60_000)

test('J52 a source of randomness that gives too little signs nothing', async () => {
  for (const octets of [new Uint8Array(), new Uint8Array(15), new Uint8Array(17), undefined]) {
    const randomBytes = () => octets as Uint8Array
    expect(await refusalOf(who, { randomBytes })).toEqual(['signing_refused', 'jti'])
  }
})

test('a signer of several audiences wants to be told which, and takes no other', async () => {
  const several = { audience: ['https://a.example', 'https://b.example'] }
  const signer = makeSigner(several)
  const audOf = async (asked: string | readonly string[]) =>
    (await signer.issue({ ...who, audience: asked })).claims.aud
  expect(await audOf('https://a.example')).toBe('https://a.example')
  expect(await audOf(['https://b.example'])).toBe('https://b.example')
  expect(await audOf([...several.audience])).toEqual(several.audience)
  for (const asked of [undefined, 'https://c.example', [], ['https://a.example', 'x'], 7, null]) {
    const input = asked === undefined ? who : { ...who, audience: asked }
    expect(await refusalOf(input, several)).toEqual(['signing_refused', 'aud'])
  }
  expect(await refusalOf({ ...who, audience: 'https://c.example' })).toEqual([
    'signing_refused',
    'aud',
  ])
})

const illFormed: readonly (readonly [claim: string, Record<string, unknown>])[] = [
  ...['', ' ', 'a\nb', 'a'.repeat(256), 7, null, undefined, {}].flatMap(
    (value): [string, Record<string, unknown>][] => [
      ['sub', { subject: value }],
      ...(value === 'a'.repeat(256)
        ? []
        : ([['client_id', { clientId: value }]] as [string, Record<string, unknown>][])),
    ],
  ),
  ['scope', { scope: 'a  b' }],
  ['scope', { scope: ' a' }],
  ['scope', { scope: 'a"b' }],
  ['scope', { scope: ['a b'] }],
  ['scope', { scope: ['a', ''] }],
  ['scope', { scope: ['ä'] }],
  ['scope', { scope: { length: 1, 0: 'a' } }],
  ['scope', { scope: [7] }],
  ['scope', { scope: null }],
  ['roles', { roles: 'admin' }],
  ['roles', { roles: [''] }],
  ['roles', { roles: ['admin', 7] }],
  ['amr', { amr: 'pwd' }],
  ['acr', { acr: '' }],
  ['acr', { acr: 1 }],
  ['auth_time', { authTime: Number.NaN }],
  ['auth_time', { authTime: -1 }],
  ['auth_time', { authTime: '1' }],
  ['auth_time', { authTime: Number.POSITIVE_INFINITY }],
  ['cnf', { jkt: '' }],
  ['cnf', { jkt: 'short' }],
  ['cnf', { jkt: { jkt: 'x' } }],
  ['cnf', { jkt: `${'A'.repeat(42)}=` }],
]

test('J27 J50 an input that no verifier would take is refused, with the claim at fault', async () => {
  for (const [claim, changes] of illFormed) {
    expect([changes, await refusalOf({ ...who, ...changes })]).toEqual([
      changes,
      ['signing_refused', claim],
    ])
  }
  for (const input of [undefined, null, 'user-1', [], () => who]) {
    expect(await refusalOf(input)).toEqual(['configuration_invalid'])
  }
})

test('no scope at all makes no scope claim', async () => {
  for (const scope of ['', []]) {
    expect((await makeSigner().issue({ ...who, scope })).claims).not.toHaveProperty('scope')
  }
})

const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) })

test('claims that JSON cannot carry, or parsers read differently, are refused', async () => {
  for (const claims of [
    [],
    'x',
    7,
    null,
    cyclic,
    { n: 1n },
    { a: '\ud800' },
    { '\udfff': 1 },
    { a: nested(16) },
    {
      get a() {
        throw new Error(canary)
      },
    },
  ]) {
    const [code] = await refusalOf({ ...who, claims })
    expect(code).toBe('signing_refused')
  }
  expect(await refusalOf({ ...who, subject: '\ud800' })).toEqual(['signing_refused'])
  expect(await refusalOf({ ...who, claims: { a: nested(14), b: '\ud83d\ude00' } })).toEqual([
    'signed',
  ])
})

test('sensitive names are refused at any depth and in any case, where they are listed', async () => {
  const sensitiveClaims = ['password', 'SSN']
  for (const claims of [
    { password: 'x' },
    { Password: 'x' },
    { ssn: 1 },
    { profile: { ssn: 1 } },
    { list: [{ a: [{ PASSWORD: null }] }] },
  ]) {
    expect(await refusalOf({ ...who, claims }, { sensitiveClaims })).toEqual(['signing_refused'])
    expect(await refusalOf({ ...who, claims })).toEqual(['signed'])
  }
  expect(await refusalOf({ ...who, claims: { passwords: 1 } }, { sensitiveClaims })).toEqual([
    'signed',
  ])
  for (const wrong of ['password', [7], {}, null]) {
    expect(misconfiguration(() => makeSigner({ sensitiveClaims: wrong as never }))).toBeDefined()
  }
})

test('a token over 1 kB raises the warning hook, and one over 4 kB is refused', async () => {
  const warnings: SignerWarning[] = []
  const signer = makeSigner({ onWarning: (warning) => warnings.push(warning) })
  const lengthWith = async (filler: number) =>
    (await signer.sign({ ...who, claims: { filler: 'x'.repeat(filler) } })).length
  const base = await lengthWith(0)
  expect(base).toBeLessThan(1024)
  const fillerFor = async (length: number): Promise<number> => {
    let filler = Math.floor(((length - base) * 3) / 4) - 4
    while ((await lengthWith(filler + 1)) <= length) filler += 1
    return filler
  }
  const small = await fillerFor(1024)
  warnings.length = 0
  expect(await lengthWith(small)).toBeLessThanOrEqual(1024)
  expect(warnings).toEqual([])
  const length = await lengthWith(small + 2)
  expect(warnings).toEqual([{ code: 'token_large', length }])
  const over = { ...who, claims: { filler: 'x'.repeat(3_000) } }
  expect(await refusalOf(over)).toEqual(['signing_refused'])
  const under = { ...who, claims: { filler: 'x'.repeat(2_600) } }
  expect(await refusalOf(under)).toEqual(['signed'])
})

test('an option that is missing, misspelt or contradicts another is refused', async () => {
  const keyRing = createKeyRing({ algorithm: 'ES256', now })
  for (const changes of [
    { issuer: undefined },
    { issuer: '' },
    { issuer: ['https://a.example', 'https://b.example'] },
    { audience: undefined },
    { audience: '' },
    { audience: [] },
    { key: undefined },
    { keyRing },
    { key: undefined, keyRing: {} },
    { now: 1_800_000_000 },
    { onWarning: 'log' },
    { randomBytes: 16 },
    { ttl: 600 },
    { algorithm: 'ES256' },
  ]) {
    expect(misconfiguration(() => makeSigner(changes as Partial<SignerOptions>))).toBeDefined()
  }
  expect(misconfiguration(() => makeSigner({ ttl: 1 } as never))).toContain('"ttlSeconds"')
})

test('what we sign is what jose would sign', async () => {
  const hmac = await generateKey('HS256')
  const { token, claims, header } = await makeSigner({ key: hmac }).issue({
    ...who,
    claims: { name: 'Zoë 日本 \u{1f600} "quoted" \\ \u0007' },
  })
  const theirs = await new SignJWT(claims as never)
    .setProtectedHeader(header as never)
    .sign(hmac.key)
  expect(token).toBe(theirs)
})
