import { createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Algorithm } from '../algorithms.ts'
import type { TestKey } from '../testing/keys.ts'
import { makeEcKey, makeRsaKey, makeSecret, octets } from '../testing/keys.ts'
import { codeOf, makeVerifier, misconfiguration } from '../testing/refusal.ts'
import { keys, makeToken } from '../testing/tokens.ts'

const extra = {
  es384: makeEcKey('ES384', 'es384'),
  es512: makeEcKey('ES512', 'es512'),
  weakRsa: makeRsaKey('RS256', 'weak', 1024),
  rsaForEncryption: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  secp256k1: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
  ed448: generateKeyPairSync('ed448'),
  x25519: generateKeyPairSync('x25519'),
}

const asymmetric: readonly Algorithm[] = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
]

const refusalOf = (
  value: unknown,
  algorithms: readonly Algorithm[] = asymmetric,
): string | undefined => misconfiguration(() => makeVerifier({ algorithms, keys: value as never }))

const changed = (key: TestKey, changes: Record<string, unknown>): object => ({
  ...key.jwk,
  ...changes,
})

/** A number of so many bits as base64url, with the top bit set. */
const number = (bits: number, lastOctet: number): string => {
  const bytes = Buffer.alloc(Math.ceil(bits / 8), 0x5b)
  bytes[0] = 0x80 >> ((8 - (bits % 8)) % 8)
  bytes[bytes.length - 1] = lastOctet
  return bytes.toString('base64url')
}

/** 65537 to a power, long enough for a modulus: what the fingerprint of ROCA looks for. */
const rocaModulus = (): string => {
  const hex = (65_537n ** 121n * 65_537n ** 7n).toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

const flipLast = (value: unknown): string => {
  const bytes = Buffer.from(String(value), 'base64url')
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
  return bytes.toString('base64url')
}

const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n
  for (let [b, e] = [base % modulus, exponent]; e > 0n; b = (b * b) % modulus, e >>= 1n) {
    if (e & 1n) result = (result * b) % modulus
  }
  return result
}

/** A point of P-256 whose x is written as x + p: the same point to who does not look. */
const overTheField = (): object => {
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
  const encode = (value: bigint) =>
    Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toString('base64url')
  for (let x = 3n; ; x += 1n) {
    const square = (x * x * x - 3n * x + b) % p
    const y = power(square, (p + 1n) / 4n, p)
    if ((y * y) % p === square) return { ...keys.es.jwk, x: encode(x + p), y: encode(y) }
  }
}

const zeros = (length: number): string => Buffer.alloc(length).toString('base64url')

const hostileRsa: readonly (readonly [rule: string, name: string, jwk: object])[] = [
  ['J33', 'RSA of 1024 bits', extra.weakRsa.jwk],
  ['J33', 'RSA of 512 bits', changed(keys.rs, { n: number(512, 0x5b) })],
  ['J33', 'RSA of 2047 bits', changed(keys.rs, { n: number(2047, 0x5b) })],
  [
    'J33',
    'RSA of 2047 bits behind zeros',
    changed(keys.rs, {
      n: Buffer.concat([Buffer.alloc(8), Buffer.from(number(2047, 0x5b), 'base64url')]).toString(
        'base64url',
      ),
    }),
  ],
  ['J33', 'RSA of 32768 bits', changed(keys.rs, { n: number(32_768, 0x5b) })],
  ['J33', 'an even modulus', changed(keys.rs, { n: number(2048, 0x5a) })],
  ['J33', 'a modulus of zeros', changed(keys.rs, { n: zeros(256) })],
  ['J33', 'a ROCA modulus', changed(keys.rs, { n: rocaModulus() })],
  ['J33', 'exponent 1', changed(keys.rs, { e: 'AQ' })],
  ['J33', 'exponent 0', changed(keys.rs, { e: 'AA' })],
  ['J33', 'exponent 1 behind zeros', changed(keys.rs, { e: 'AAAB' })],
  ['J33', 'an even exponent', changed(keys.rs, { e: 'AQAA' })],
  ['J33', 'exponent 2', changed(keys.rs, { e: 'Ag' })],
  ['J33', 'an exponent of 72 bits', changed(keys.rs, { e: number(72, 1) })],
  ['J33', 'an exponent of 16384 bits', changed(keys.rs, { e: number(16_384, 1) })],
  ['J33', 'no exponent', changed(keys.rs, { e: undefined })],
  ['J33', 'no modulus', changed(keys.rs, { n: undefined })],
  ['J33', 'an empty modulus', changed(keys.rs, { n: '' })],
  ['J33', 'a modulus as number', changed(keys.rs, { n: 65_537 })],
  ['J33', 'a padded modulus', changed(keys.rs, { n: `${keys.rs.jwk.n}==` })],
  ['J33', 'a modulus in base64', changed(keys.rs, { n: `+/${String(keys.rs.jwk.n).slice(2)}` })],
]

const hostileCurves: readonly (readonly [rule: string, name: string, jwk: object])[] = [
  ['J34', 'a point off the curve', changed(keys.es, { y: flipLast(keys.es.jwk.y) })],
  ['J34', 'a point off P-384', changed(extra.es384, { x: flipLast(extra.es384.jwk.x) })],
  ['J34', 'a point off P-521', changed(extra.es512, { y: flipLast(extra.es512.jwk.y) })],
  ['J34', 'the point zero', changed(keys.es, { x: zeros(32), y: zeros(32) })],
  ['J34', 'a coordinate over the field', overTheField()],
  [
    'J34',
    'a coordinate of ones',
    changed(keys.es, { x: Buffer.alloc(32, 0xff).toString('base64url') }),
  ],
  ['J34', 'x and y swapped', changed(keys.es, { x: keys.es.jwk.y, y: keys.es.jwk.x })],
  ['J34', 'a short coordinate', changed(keys.es, { x: zeros(31) })],
  [
    'J34',
    'a long coordinate',
    changed(keys.es, {
      x: Buffer.concat([Buffer.alloc(1), Buffer.from(String(keys.es.jwk.x), 'base64url')]).toString(
        'base64url',
      ),
    }),
  ],
  ['J34', 'no y', changed(keys.es, { y: undefined })],
  ['J34', 'a compressed point', changed(keys.es, { y: '' })],
  ['J34', 'a coordinate as number', changed(keys.es, { x: 5 })],
  ['J34', 'a P-256 key for ES384', changed(keys.es, { alg: 'ES384' })],
  ['J34', 'a P-384 key for ES256', changed(extra.es384, { alg: 'ES256' })],
  ['J34', 'P-384 coordinates on P-256', changed(extra.es384, { crv: 'P-256', alg: 'ES256' })],
  ['J34', 'P-256 coordinates on P-384', changed(keys.es, { crv: 'P-384', alg: 'ES384' })],
  [
    'J34',
    'secp256k1',
    { ...extra.secp256k1.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256K' },
  ],
  [
    'J34',
    'secp256k1 for ES256',
    { ...extra.secp256k1.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' },
  ],
  [
    'J34',
    'secp256k1 named P-256',
    { ...extra.secp256k1.publicKey.export({ format: 'jwk' }), kid: 'k', crv: 'P-256' },
  ],
  ['J34', 'a curve of a prototype', changed(keys.es, { crv: '__proto__' })],
  ['J43', 'Ed448', { ...extra.ed448.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'EdDSA' }],
  [
    'J43',
    'Ed448 named Ed25519',
    { ...extra.ed448.publicKey.export({ format: 'jwk' }), kid: 'k', crv: 'Ed25519' },
  ],
  [
    'J43',
    'X25519',
    { ...extra.x25519.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'EdDSA' },
  ],
  [
    'J34',
    'an Ed25519 point of order 1',
    changed(keys.ed, { x: Buffer.from([1, ...Array(31).fill(0)]).toString('base64url') }),
  ],
  ['J34', 'an Ed25519 point of order 4', changed(keys.ed, { x: zeros(32) })],
  [
    'J34',
    'an Ed25519 point of order 8',
    changed(keys.ed, {
      x: Buffer.from(
        '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
        'hex',
      ).toString('base64url'),
    }),
  ],
  [
    'J34',
    'an Ed25519 point that is not canonical',
    changed(keys.ed, { x: Buffer.alloc(32, 0xff).toString('base64url') }),
  ],
  ['J34', 'a short Ed25519 point', changed(keys.ed, { x: zeros(31) })],
]

const hostilePurposes: readonly (readonly [rule: string, name: string, jwk: object])[] = [
  ['J35', 'use=enc', changed(keys.rs, { use: 'enc' })],
  ['J35', 'use in another case', changed(keys.rs, { use: 'SIG' })],
  ['J35', 'use as a list', changed(keys.rs, { use: ['sig'] })],
  ['J35', 'use null', changed(keys.rs, { use: null })],
  ['J35', 'key_ops for encryption', changed(keys.rs, { key_ops: ['encrypt'] })],
  ['J35', 'key_ops for signing only', changed(keys.rs, { key_ops: ['sign'] })],
  ['J35', 'no key_ops at all', changed(keys.rs, { key_ops: [] })],
  ['J35', 'key_ops as text', changed(keys.rs, { key_ops: 'verify' })],
  ['J35', 'key_ops twice', changed(keys.rs, { key_ops: ['verify', 'verify'] })],
  ['J35', 'alg=RSA-OAEP', changed(keys.rs, { alg: 'RSA-OAEP' })],
  ['J35', 'alg=ES256 on an RSA key', changed(keys.rs, { alg: 'ES256' })],
  ['J35', 'alg=HS256 on an RSA key', changed(keys.rs, { alg: 'HS256' })],
  ['J35', 'alg=none', changed(keys.rs, { alg: 'none' })],
  ['J35', 'alg as a list', changed(keys.rs, { alg: ['RS256'] })],
  ['J35', 'alg null', changed(keys.rs, { alg: null })],
  ['J35', 'alg in another case', changed(keys.rs, { alg: 'rs256' })],
  ['J36', 'no kty', changed(keys.rs, { kty: undefined })],
  ['J36', 'kty in another case', changed(keys.rs, { kty: 'rsa' })],
  ['J36', 'kty unknown', changed(keys.rs, { kty: 'XYZ' })],
  ['J36', 'kty __proto__', changed(keys.rs, { kty: '__proto__' })],
  ['J36', 'EC members on kty RSA', changed(keys.es, { kty: 'RSA', alg: 'RS256' })],
  ['J06', 'no kid', changed(keys.rs, { kid: undefined })],
  ['J06', 'an empty kid', changed(keys.rs, { kid: '' })],
  ['J06', 'a kid as number', changed(keys.rs, { kid: 1 })],
  ['J06', 'a long kid', changed(keys.rs, { kid: 'a'.repeat(256) })],
  [
    'J36',
    'a private RSA key',
    { ...keys.rs.signingKey.export({ format: 'jwk' }), kid: 'rs', alg: 'RS256' },
  ],
  [
    'J36',
    'a private EC key',
    { ...keys.es.signingKey.export({ format: 'jwk' }), kid: 'es', alg: 'ES256' },
  ],
  [
    'J36',
    'a private Ed25519 key',
    { ...keys.ed.signingKey.export({ format: 'jwk' }), kid: 'ed', alg: 'EdDSA' },
  ],
]

const hostile = [...hostileRsa, ...hostileCurves, ...hostilePurposes]

test.each(hostile)('%s refused as the only key: %s', (_rule, _name, jwk) => {
  expect(refusalOf(jwk)).toContain('keys')
})

test.each(hostile)('%s refused as the only key of a set: %s', (_rule, _name, jwk) => {
  expect(refusalOf({ keys: [jwk] })).toBeTypeOf('string')
})

test.each(hostile)('%s never verifies when it is published: %s', async (_rule, _name, jwk) => {
  const kid = (jwk as { kid?: unknown }).kid
  const verifier = makeVerifier({
    algorithms: asymmetric,
    keys: { find: async () => jwk as never },
  })
  for (const key of [keys.rs, keys.es, keys.ed]) {
    const code = await codeOf(verifier, makeToken({ key, header: { kid } }))
    expect(['key_unknown', 'algorithm_not_allowed']).toContain(code)
  }
})

const hs = (length: number, changes: Record<string, unknown> = {}): object =>
  changed(makeSecret('HS256', 'hs', octets(length)), changes)

test.each([
  ['an empty one', hs(0)],
  ['one octet', hs(1)],
  ['31 octets', hs(31)],
  ['32 octets for HS384', hs(32, { alg: 'HS384' })],
  ['47 octets for HS384', hs(47, { alg: 'HS384' })],
  ['48 octets for HS512', hs(48, { alg: 'HS512' })],
  ['63 octets for HS512', hs(63, { alg: 'HS512' })],
  ['a password', hs(32, { k: 'correct horse battery staple and more' })],
  ['a short word in base64url', hs(32, { k: Buffer.from('secret').toString('base64url') })],
  [
    'base64',
    hs(32, { k: Buffer.from(octets(33).map((octet) => octet | 0xf8)).toString('base64') }),
  ],
  ['unused bits', hs(32, { k: `${Buffer.from(octets(32)).toString('base64url').slice(0, -1)}B` })],
  ['no k', hs(32, { k: undefined })],
  ['k as a number', hs(32, { k: 12_345_678 })],
  ['k as octets', hs(32, { k: octets(32) })],
  ['use=enc', hs(32, { use: 'enc' })],
  ['alg=A256GCM', hs(32, { alg: 'A256GCM' })],
  ['alg=RS256', hs(32, { alg: 'RS256' })],
  ['key_ops without verify', hs(32, { key_ops: ['sign'] })],
  ['no kid', hs(32, { kid: undefined })],
])('J32 refused as HMAC secret: %s', (_name, jwk) => {
  expect(refusalOf(jwk, ['HS256', 'HS384', 'HS512'])).toContain('keys')
})

test.each([
  ['a text', 'correct horse battery staple'],
  ['a long text', 'a'.repeat(64)],
  ['octets', octets(64)],
  ['a PEM', createPublicKey(keys.rs.signingKey).export({ type: 'spki', format: 'pem' })],
  ['a KeyObject', createPublicKey(keys.rs.signingKey)],
  ['a URL', 'https://login.example/jwks'],
  ['nothing', undefined],
  ['null', null],
  ['a function', () => keys.rs.jwk],
  ['a list of keys', [keys.rs.jwk]],
  ['an empty object', {}],
])('J32 refused as keys, with the way out: %s', (_name, value) => {
  expect(refusalOf(value)).toContain('keys must be a JWK Set')
  expect(refusalOf(value, ['HS256'])).toContain('keys must be a JWK Set')
})

const octSecret = makeSecret('HS256', 'hs', octets(32)).jwk
const privateEc = { ...keys.es.signingKey.export({ format: 'jwk' }), kid: 'p', alg: 'ES256' }

test.each([
  ['keys is an object', { keys: { 0: keys.rs.jwk } }],
  ['keys is null', { keys: null }],
  ['keys is text', { keys: JSON.stringify([keys.rs.jwk]) }],
  ['it is empty', { keys: [] }],
  ['it holds null', { keys: [keys.rs.jwk, null] }],
  ['it holds text', { keys: [keys.rs.jwk, 'x'] }],
  ['it holds a list', { keys: [[keys.rs.jwk]] }],
  ['a kid twice', { keys: [keys.rs.jwk, { ...keys.es.jwk, kid: 'rs' }] }],
  ['a key twice', { keys: [keys.rs.jwk, keys.rs.jwk] }],
  [
    'a kid twice, one for encryption',
    { keys: [keys.rs.jwk, { ...keys.ps.jwk, kid: 'rs', use: 'enc' }] },
  ],
  ['a kid that is no text', { keys: [keys.rs.jwk, { ...keys.es.jwk, kid: 5 }] }],
  ['a private key among public ones', { keys: [keys.rs.jwk, privateEc] }],
  ['a prime among public ones', { keys: [{ ...keys.rs.jwk, p: 'AQAB' }] }],
  ['a secret among public ones', { keys: [keys.rs.jwk, octSecret] }],
  ['only keys for encryption', { keys: [{ ...keys.rs.jwk, use: 'enc' }] }],
  ['only keys without kid', { keys: [{ ...keys.rs.jwk, kid: undefined }] }],
  ['only unknown types', { keys: [{ kty: 'AKP', kid: 'a', alg: 'ML-DSA-44', pub: 'AA' }] }],
])('J36 a key set is refused when %s', (_name, set) => {
  expect(refusalOf(set)).toBeTypeOf('string')
})

test('J36 a set of secrets is refused even for HMAC', () => {
  expect(refusalOf({ keys: [octSecret] }, ['HS256'])).toContain('secret')
})

test('J36 keys for other purposes do not spoil a set', async () => {
  const set = {
    keys: [
      { kty: 'AKP', kid: 'pq', alg: 'ML-DSA-44', pub: 'AA' },
      { kty: 'XYZ', kid: 'xyz' },
      { ...extra.secp256k1.publicKey.export({ format: 'jwk' }), kid: 'k1' },
      { ...extra.x25519.publicKey.export({ format: 'jwk' }), kid: 'x25519' },
      {
        ...extra.rsaForEncryption.publicKey.export({ format: 'jwk' }),
        kid: 'enc',
        use: 'enc',
        alg: 'RSA-OAEP',
      },
      { ...keys.ps.jwk, kid: undefined },
      keys.rs.jwk,
    ],
    'x-note': 'other members are ignored',
  }
  const verifier = makeVerifier({ keys: set as never })
  expect(await codeOf(verifier, makeToken({ key: keys.rs }))).toBe('accepted')
  expect(await codeOf(verifier, makeToken({ key: keys.ps }))).toBe('key_unknown')
})

const fitting: readonly (readonly [Algorithm, TestKey])[] = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map(
    (alg): [Algorithm, TestKey] => [alg, { ...keys.rs, alg }],
  ),
  ['ES256', keys.es],
  ['ES384', extra.es384],
  ['ES512', extra.es512],
  ['EdDSA', keys.ed],
  ['Ed25519', { ...keys.ed, alg: 'Ed25519' }],
  ['HS256', makeSecret('HS256', 'hs', octets(32))],
  ['HS384', makeSecret('HS384', 'hs', octets(48))],
  ['HS512', makeSecret('HS512', 'hs', octets(64))],
]

test.each(fitting)('J43 %s verifies with one JWK, with and without its alg', async (alg, key) => {
  for (const own of [alg, undefined]) {
    const jwk = { ...key.jwk, alg: own } as never
    const verifier = makeVerifier({ algorithms: [alg], keys: jwk })
    expect(await codeOf(verifier, makeToken({ key }))).toBe('accepted')
    expect(await codeOf(verifier, makeToken({ key, header: { kid: 'other' } }))).toBe('key_unknown')
  }
})

test('J43 EdDSA and Ed25519 are two names of one algorithm, each taken when it is listed', async () => {
  const ed25519 = { ...keys.ed, alg: 'Ed25519' } as const
  const jwk = { ...keys.ed.jwk, alg: 'EdDSA' }
  const both = makeVerifier({ algorithms: ['EdDSA', 'Ed25519'], keys: jwk })
  expect(await codeOf(both, makeToken({ key: keys.ed }))).toBe('accepted')
  expect(await codeOf(both, makeToken({ key: ed25519 }))).toBe('accepted')
  const one = makeVerifier({ algorithms: ['Ed25519'], keys: jwk })
  expect(await codeOf(one, makeToken({ key: keys.ed }))).toBe('algorithm_not_allowed')
  expect(await codeOf(one, makeToken({ key: ed25519 }))).toBe('accepted')
})

test('J03 a key that names no alg is tied to the first listed one that fits it', async () => {
  const jwk = { ...keys.rs.jwk, alg: undefined } as never
  const verifier = makeVerifier({ algorithms: ['ES256', 'PS256', 'RS256'], keys: jwk })
  expect(await codeOf(verifier, makeToken({ key: { ...keys.rs, alg: 'PS256' } }))).toBe('accepted')
  expect(await codeOf(verifier, makeToken({ key: keys.rs }))).toBe('algorithm_not_allowed')
})

test('J35 key_ops and use that allow verifying are accepted', async () => {
  for (const changes of [
    { key_ops: ['verify'] },
    { key_ops: ['sign', 'verify'] },
    { use: undefined },
  ]) {
    const verifier = makeVerifier({ keys: changed(keys.rs, changes) as never })
    expect(await codeOf(verifier, makeToken({ key: keys.rs }))).toBe('accepted')
  }
})

const subtle = webcrypto.subtle
const importPublic = (
  key: TestKey,
  parameters: webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams,
  usages: webcrypto.KeyUsage[] = ['verify'],
) => {
  const { alg: _alg, use: _use, ...jwk } = key.jwk
  return subtle.importKey('jwk', jwk as unknown as webcrypto.JsonWebKey, parameters, true, usages)
}
const rs256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const p256 = { name: 'ECDSA', namedCurve: 'P-256' }

test('J03 a CryptoKey verifies under its kid and its algorithm only', async () => {
  const named = { key: await importPublic(keys.rs, rs256), kid: 'rs', alg: 'RS256' } as const
  const verifier = makeVerifier({ keys: named as never })
  expect(await codeOf(verifier, makeToken({ key: keys.rs }))).toBe('accepted')
  expect(await codeOf(verifier, makeToken({ key: keys.rs, header: { kid: 'x' } }))).toBe(
    'key_unknown',
  )
  const pss = { ...keys.rs, alg: 'PS256' } as const
  expect(await codeOf(verifier, makeToken({ key: pss }))).toBe('algorithm_not_allowed')
})

test('J32 a CryptoKey that is weak, private, unnamed or for another algorithm is refused', async () => {
  const key = await importPublic(keys.rs, rs256)
  const weak = await importPublic(extra.weakRsa, rs256)
  const ec = await importPublic(keys.es, p256)
  const { privateKey } = await subtle.generateKey(p256, true, ['sign', 'verify'])
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const shortSecret = await subtle.importKey('raw', octets(16), hmac, false, ['verify'])
  const signOnly = await subtle.importKey('raw', octets(32), hmac, false, ['sign'])
  const goodSecret = await subtle.importKey('raw', octets(32), hmac, false, ['verify'])
  const good = { key, kid: 'rs', alg: 'RS256' }
  expect(refusalOf(good)).toBeUndefined()
  expect(refusalOf({ ...good, kid: undefined })).toContain('kid')
  expect(refusalOf({ ...good, kid: '' })).toContain('kid')
  expect(refusalOf({ ...good, alg: undefined })).toContain('alg')
  expect(refusalOf({ ...good, alg: 'RS384' })).toContain('another algorithm')
  expect(refusalOf({ ...good, alg: 'PS256' })).toContain('another algorithm')
  expect(refusalOf({ ...good, alg: 'ES256' })).toContain('curve')
  expect(refusalOf({ ...good, key: weak })).toContain('2048')
  expect(refusalOf({ ...good, key: ec })).toContain('another algorithm')
  expect(refusalOf({ key: ec, kid: 'es', alg: 'ES384' })).toContain('curve')
  expect(refusalOf({ key: ec, kid: 'es', alg: 'EdDSA' })).toContain('EdDSA')
  expect(refusalOf({ key: privateKey, kid: 'es', alg: 'ES256' })).toContain('public')
  expect(refusalOf({ ...good, key: keys.rs.jwk })).toContain('public')
  expect(refusalOf(key)).toContain('keys must be')
  const secrets = ['HS256', 'HS512'] as const
  expect(refusalOf({ key: goodSecret, kid: 'hs', alg: 'HS256' }, secrets)).toBeUndefined()
  expect(refusalOf({ key: goodSecret, kid: 'hs', alg: 'HS512' }, secrets)).toContain('short')
  expect(refusalOf({ key: shortSecret, kid: 'hs', alg: 'HS256' }, secrets)).toContain('short')
  expect(refusalOf({ key: signOnly, kid: 'hs', alg: 'HS256' }, secrets)).toContain('verify')
  expect(refusalOf({ key, kid: 'rs', alg: 'HS256' }, secrets)).toContain('secret')
})

test.each([
  [
    'throws',
    () => {
      throw new Error('secret detail')
    },
  ],
  ['rejects', () => Promise.reject(new Error('secret detail'))],
])('J39 a key source that %s is unavailable, and its words are kept back', async (_name, find) => {
  const verifier = makeVerifier({ keys: { find } as never })
  const error = await verifier.verify(makeToken()).catch((reason) => reason)
  expect(error.code).toBe('keys_unavailable')
  expect(error.message).not.toContain('secret detail')
})

test.each([null, undefined, 'es', 5, [], {}])(
  'J06 a key source that answers %s knows no key',
  async (value) => {
    const verifier = makeVerifier({ keys: { find: async () => value } as never })
    expect(await codeOf(verifier, makeToken())).toBe('key_unknown')
  },
)

test('J06 a key source that answers with a key of another name is not believed', async () => {
  const verifier = makeVerifier({ keys: { find: async () => keys.es.jwk } })
  expect(await codeOf(verifier, makeToken())).toBe('accepted')
  expect(await codeOf(verifier, makeToken({ header: { kid: 'other' } }))).toBe('key_unknown')
})
