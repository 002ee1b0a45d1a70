import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import { BffError, type BffOptions, createBff } from './index.ts'

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64url')

const standard = {
  publicUrl: 'https://app.example',
  provider: { issuer: 'https://op.example', clientId: 'spa', clientSecret: 'hush-hush-hush' },
  resources: { orders: { mode: 'token', scope: 'orders:read' } },
  store: createMemoryStore(),
  sealingKeys: [key(1)],
}

/** Options as a caller without types may write them. */
type Loose = Readonly<Record<string, unknown>>

const withProvider = (change: Loose): Loose => ({
  ...standard,
  provider: { ...standard.provider, ...change },
})

const withResource = (change: Loose): Loose => ({
  ...standard,
  resources: { orders: { ...standard.resources.orders, ...change } },
})

const { clientSecret: _secret, ...publicClient } = standard.provider
const withKey = (privateKey: unknown): Loose => ({
  ...standard,
  provider: { ...publicClient, privateKey },
})

const jwkOf = (pair: { privateKey: { export(options: { format: 'jwk' }): JsonWebKey } }) =>
  pair.privateKey.export({ format: 'jwk' })
const p256 = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const p384 = jwkOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }))
const ed25519 = jwkOf(generateKeyPairSync('ed25519'))
const rsa1024 = jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }))
const rsa2048 = jwkOf(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const named = { kid: 'client-1' }

const start = (options: unknown) => createBff(options as BffOptions)

/** Why `createBff` refuses to start. */
const refusal = (options: unknown): string => {
  try {
    start(options)
  } catch (error) {
    expect(error).toBeInstanceOf(BffError)
    expect((error as BffError).code).toBe('configuration_invalid')
    return (error as BffError).message
  }
  throw new Error('createBff started.')
}

test('the smallest sensible options start', () => {
  expect(start(standard)).toMatchObject({ callback: expect.any(Function) })
})

test.each([
  ['nothing', undefined, 'options: is missing'],
  ['a text', 'options', 'options: must be an object'],
  ['no options at all', {}, 'publicUrl: is missing; give text'],
  ['no provider', { ...standard, provider: undefined }, 'provider: is missing; give an object'],
  ['no resources', { ...standard, resources: undefined }, 'resources: is missing'],
  [
    'no store',
    { ...standard, store: undefined },
    'store: must be a store, e.g. createMemoryStore()',
  ],
  ['a Map as store', { ...standard, store: new Map() }, 'store: must be a store'],
  [
    'half a store',
    { ...standard, store: { get: () => {}, swap: () => {} } },
    'store: must be a store',
  ],
  ['no resource', { ...standard, resources: {} }, 'resources: must name at least one resource'],
  [
    'a resource name with a blank',
    { ...standard, resources: { 'my orders': standard.resources.orders } },
    'resources.my orders: is no name for a resource',
  ],
  [
    'an unknown mode',
    withResource({ mode: 'magic' }),
    'resources.orders.mode: must be one of "token"',
  ],
  ['no resource scope', withResource({ scope: undefined }), 'resources.orders.scope: is missing'],
  ['a scope as a list', withResource({ scope: ['a'] }), 'resources.orders.scope: must be text'],
  ['a scope with commas', withResource({ scope: 'a,  b' }), 'names separated by one space'],
  ['an empty scope', withResource({ scope: '' }), 'names separated by one space'],
  ['no client id', withProvider({ clientId: undefined }), 'provider.clientId: is missing'],
  ['an empty client id', withProvider({ clientId: '' }), 'provider.clientId: must not be empty'],
  [
    'a scope without openid',
    withProvider({ scope: 'profile' }),
    'provider.scope: must contain openid',
  ],
  ['a time-out of zero', withProvider({ timeoutMs: 0 }), 'provider.timeoutMs: must be above 0'],
  ['a time-out as text', withProvider({ timeoutMs: '8s' }), 'provider.timeoutMs: must be a number'],
  [
    'a base path without a slash',
    { ...standard, basePath: 'bff' },
    'basePath: must look like /bff',
  ],
  ['the base path /', { ...standard, basePath: '/' }, 'basePath: must look like /bff'],
  ['a base path that climbs', { ...standard, basePath: '/a/../b' }, 'basePath: must look like'],
  [
    'an idle limit beyond the absolute one',
    { ...standard, session: { idleSeconds: 100, absoluteSeconds: 99 } },
    'session.idleSeconds: must not be longer than session.absoluteSeconds',
  ],
  [
    'half a second',
    { ...standard, session: { idleSeconds: 0.5 } },
    'session.idleSeconds: must be a whole number',
  ],
  [
    'a secret that rotates while requests are under way',
    { ...standard, session: { secretRotationSeconds: 59 } },
    'session.secretRotationSeconds: must be 60 seconds at least',
  ],
  [
    'a cookie name with a dot',
    { ...standard, cookie: { name: 'a.b' } },
    'cookie.name: must be 1 to 32 letters, digits and hyphens',
  ],
  [
    'a number as clock',
    { ...standard, now: 5 },
    'now: must be a function: () => epoch milliseconds',
  ],
  ['a log of one method', { ...standard, log: { warn: () => {} } }, 'log: must be a logger'],
  ['fetch as text', { ...standard, fetch: 'fetch' }, 'fetch: must be a function'],
])('createBff refuses %s and says what is wanted', (_name, options, message) => {
  expect(refusal(options)).toContain(message)
})

test.each([
  [{ ...standard, sealingKey: 'x' }, 'sealingKey: is no option; did you mean sealingKeys?'],
  [{ ...standard, publicURL: 'x' }, 'publicURL: is no option; did you mean publicUrl?'],
  [
    withProvider({ clientSecrt: 'x' }),
    'provider.clientSecrt: is no option; did you mean clientSecret?',
  ],
  [withProvider({ issuerUrl: 'x' }), 'provider.issuerUrl: is no option; did you mean issuer?'],
  [
    withResource({ audiance: 'x' }),
    'resources.orders.audiance: is no option; did you mean audience?',
  ],
  [{ ...standard, session: { idle: 60 } }, 'session.idle: is no option; did you mean idleSeconds?'],
  [{ ...standard, cookie: { nmae: 'x' } }, 'cookie.nmae: is no option; did you mean name?'],
])('an unknown option is refused by name with the nearest known one', (options, message) => {
  expect(refusal(options)).toContain(message)
})

test('every option at fault is named at once', () => {
  const message = refusal({ ...standard, publicUrl: 'nope', basePath: 'x', sealingKeys: [] })
  expect(message.split('\n')).toHaveLength(4)
})

test.each([
  ['neither a secret nor a key', { ...standard, provider: publicClient }],
  ['a secret and a key', withProvider({ privateKey: { ...p256, ...named, alg: 'ES256' } })],
])('B01 a client with %s does not start', (_name, options) => {
  expect(refusal(options)).toContain('provider: give clientSecret or privateKey, one of them')
})

test('B01 client authentication cannot be switched off', () => {
  expect(refusal(withProvider({ clientAuth: 'none' }))).toContain(
    'provider.clientAuth: must be one',
  )
  expect(refusal(withProvider({ clientAuth: 'private_key_jwt' }))).toContain('provider.privateKey')
  const keyAsSecret = { ...publicClient, privateKey: { ...p256, ...named, alg: 'ES256' } }
  const options = { ...standard, provider: { ...keyAsSecret, clientAuth: 'client_secret_basic' } }
  expect(refusal(options)).toContain('provider.clientSecret: client_secret_basic needs the secret')
})

test.each([
  ['its public half', { kty: 'EC', crv: 'P-256', x: p256.x, y: p256.y, ...named, alg: 'ES256' }],
  ['no kid', { ...p256, alg: 'ES256' }],
  ['no alg', { ...p256, ...named }],
  ['the alg of another curve', { ...p384, ...named, alg: 'ES256' }],
  ['the alg of another key type', { ...p256, ...named, alg: 'RS256' }],
  ['a symmetric alg', { kty: 'oct', k: key(9), ...named, alg: 'HS256' }],
  ['alg none', { ...p256, ...named, alg: 'none' }],
  ['an encryption alg', { ...rsa2048, ...named, alg: 'RSA-OAEP' }],
  ['1024 bits of RSA', { ...rsa1024, ...named, alg: 'RS256' }],
  ['nonsense in it', { kty: 'RSA', n: 'x', e: 'AQAB', d: 'x', ...named, alg: 'RS256' }],
])('B89 a client key with %s does not start', (_name, privateKey) => {
  expect(refusal(withKey(privateKey))).toContain('provider.privateKey: must be a private JWK')
})

test.each([
  ['RS256', { ...rsa2048, ...named, alg: 'RS256' }],
  ['PS256', { ...rsa2048, ...named, alg: 'PS256' }],
  ['ES256', { ...p256, ...named, alg: 'ES256' }],
  ['ES384', { ...p384, ...named, alg: 'ES384' }],
  ['EdDSA', { ...ed25519, ...named, alg: 'EdDSA' }],
])('B89 a client key for %s starts', (_name, privateKey) => {
  expect(start(withKey(privateKey))).toBeDefined()
})

test.each(['none', 'HS256', 'HS512', 'rs256', 'RS256 ', 'RSA-OAEP', ''])(
  'B30 the ID token algorithm %j is refused',
  (idTokenAlgorithm) => {
    expect(refusal(withProvider({ idTokenAlgorithm }))).toContain('provider.idTokenAlgorithm: must')
  },
)

const urls = [
  'http://op.example',
  'http://192.168.0.1',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example',
  'http://[::2]',
  'ftp://op.example',
  'javascript:alert(1)',
  'op.example',
  '//op.example',
  'https://',
  '',
  7,
]
test.each(urls)('B122 %j is neither an issuer nor a public URL', (url) => {
  expect(refusal(withProvider({ issuer: url }))).toContain('provider.issuer: must be')
  expect(refusal({ ...standard, publicUrl: url })).toContain('publicUrl: must be')
})

test.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000', 'https://a.b'])(
  'B122 %s is good for an issuer and a public URL',
  (url) => {
    expect(start(withProvider({ issuer: url }))).toBeDefined()
    expect(start({ ...standard, publicUrl: url })).toBeDefined()
  },
)

test.each(['https://op.example/?a=b', 'https://op.example/#a', 'https://user:pass@op.example'])(
  'B35 the issuer %s is refused',
  (issuer) => {
    expect(refusal(withProvider({ issuer }))).toContain('provider.issuer: must be an issuer')
  },
)

test.each([
  'https://app.example/path',
  'https://app.example/?a',
  'https://app.example/#a',
  'https://user:pass@app.example',
])('B06 the public URL %s is refused: it must be an origin', (publicUrl) => {
  expect(refusal({ ...standard, publicUrl })).toContain('publicUrl: must be an origin')
})

test('B41 the insecure cookie is refused where the app is not on loopback', () => {
  const cookie = { security: 'insecure-loopback' }
  expect(refusal({ ...standard, cookie })).toContain('cookie.security: insecure-loopback is for')
  expect(start({ ...standard, cookie, publicUrl: 'http://localhost:4000' })).toBeDefined()
})

test.each([
  ['8 bytes', [Buffer.alloc(8, 1).toString('base64url')], 'at least 32 random bytes'],
  ['31 bytes', [Buffer.alloc(31, 1).toString('base64url')], 'at least 32 random bytes'],
  ['a short one behind a good one', [key(1), 'c2hvcnQ'], 'sealingKeys.1: must hold at least 32'],
  ['no base64url', [Buffer.alloc(32, 255).toString('base64')], 'sealingKeys.0: must be base64url'],
  ['nothing', [], 'sealingKeys: must hold at least one key'],
  ['a text in place of a list', key(1), 'sealingKeys: must be a list'],
  ['the same key twice', [key(1), key(2), key(1)], 'sealingKeys: holds the same key twice'],
  [
    'the same key in another spelling',
    [key(1), `${key(1).slice(0, -1)}F`],
    'sealingKeys: holds the same key twice',
  ],
])('B53 sealing keys that are %s do not start', (_name, sealingKeys, message) => {
  expect(refusal({ ...standard, sealingKeys })).toContain(message)
})

test('J56 the client secret is no sealing key', () => {
  const sealingKeys = [key(3)]
  const options = { ...withProvider({ clientSecret: key(3) }), sealingKeys }
  expect(refusal(options)).toContain('sealingKeys: must not be the client secret')
})

test('no message repeats a value, which may be a secret', () => {
  const secrets = ['s3cr3t-one', 's3cr3t-two', 's3cr3t-three', 's3cr3t-four', 's3cr3t-five']
  const [one, two, three, four, five] = secrets
  const message = refusal({
    publicUrl: `http://${one}@app.example`,
    basePath: two,
    provider: {
      issuer: `http://user:${one}@op.example`,
      clientId: 7,
      clientSecret: [two],
      privateKey: { kty: 'oct', k: three },
      clientAuth: four,
      scope: `${five} `,
      idTokenAlgorithm: four,
      unknown: five,
    },
    resources: { orders: { mode: one, scope: `${two}  ` } },
    store: three,
    sealingKeys: [four, five],
    log: one,
    session: two,
    cookie: { name: `${three}.`, security: four },
  })
  expect(message.split('\n').length).toBeGreaterThan(14)
  expect(secrets.filter((secret) => message.includes(secret))).toEqual([])
})
