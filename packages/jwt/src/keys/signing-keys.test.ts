import { generateKeyPairSync } from 'node:crypto'
import { importPKCS8, importSPKI } from 'jose'
import { expect, test } from 'vitest'
import type { Algorithm } from '../algorithms.ts'
import { JwtError } from '../errors.ts'
import type { Jwk, KeyWarning, SigningKey } from '../index.ts'
import {
  calculateThumbprint,
  checkKeyPair,
  createSigner,
  createVerifier,
  exportPrivateJwk,
  exportPrivatePem,
  exportPublicPem,
  generateKey,
  importKey,
  importPublicKey,
  requireSeparateKeys,
} from '../index.ts'
import { octets } from '../testing/keys.ts'
import { audience, issuer, now } from '../testing/tokens.ts'

const algorithms: readonly Algorithm[] = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

const pairs = algorithms.filter((alg) => !alg.startsWith('HS'))

const jwkOf = (type: 'rsa' | 'ec' | 'ed25519' | 'ed448', options: object = {}): Jwk =>
  generateKeyPairSync(type as 'rsa', options as { modulusLength: number }).privateKey.export({
    format: 'jwk',
  }) as Jwk

const rsa = jwkOf('rsa', { modulusLength: 2048 })
const otherRsa = jwkOf('rsa', { modulusLength: 2048 })
const ec = jwkOf('ec', { namedCurve: 'P-256' })
const otherEc = jwkOf('ec', { namedCurve: 'P-256' })
const ed = jwkOf('ed25519')
const otherEd = jwkOf('ed25519')

const publicOf = ({ d, p, q, dp, dq, qi, ...rest }: Jwk): Jwk => rest as Jwk

const secretJwk = (bytes: Uint8Array, changes: object = {}): Jwk => ({
  kty: 'oct',
  kid: 'shared',
  k: Buffer.from(bytes).toString('base64url'),
  ...changes,
})

/** Private parts no message may repeat. */
const secrets = [rsa, ec, ed].map(({ d }) => String(d).slice(0, 20))

/** Why a key is refused, or `undefined`. */
const refusalOf = async (reading: Promise<unknown>): Promise<string | undefined> => {
  try {
    await reading
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(JwtError)
    const { code, message, stack } = error as JwtError
    expect(code).toBe('configuration_invalid')
    for (const secret of secrets) expect(`${message} ${stack}`).not.toContain(secret)
    return message
  }
}

const sign = (key: SigningKey): Promise<string> =>
  createSigner({ issuer, audience, key, now }).sign({ subject: 'user-1', clientId: 'spa' })

const verify = (key: SigningKey, token: string, alg: Algorithm = key.alg) =>
  createVerifier({
    issuer,
    audience,
    algorithms: [alg],
    keys: key.publicJwk ?? key,
    now,
  }).verify(token)

test('J43 every algorithm is a word of configuration: keys are made, taken out, read, used', async () => {
  for (const alg of algorithms) {
    const made = await generateKey(alg, { export: 'allowed' })
    const read = await importKey(await exportPrivateJwk(made), alg)
    expect([read.kid, read.alg, read.publicJwk]).toEqual([made.kid, alg, made.publicJwk])
    const { claims, header } = await verify(made, await sign(read))
    expect([claims.sub, header.alg, header.kid]).toEqual(['user-1', alg, made.kid])
  }
}, 60_000)

test('J43 EdDSA and Ed25519 are names of one algorithm, for one key', async () => {
  for (const [alg, other] of [
    ['EdDSA', 'Ed25519'],
    ['Ed25519', 'EdDSA'],
  ] as const) {
    const key = await importKey({ ...ed, alg }, other)
    const token = await sign(key)
    const keys = { ...publicOf(ed), kid: key.kid, alg }
    const verifier = createVerifier({
      issuer,
      audience,
      algorithms: ['EdDSA', 'Ed25519'],
      keys,
      now,
    })
    expect((await verifier.verify(token)).header.alg).toBe(other)
  }
})

test('J43 Ed448 is refused, as JWK and as PEM', async () => {
  const pair = generateKeyPairSync('ed448')
  const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  const publicPem = pair.publicKey.export({ format: 'pem', type: 'spki' }) as string
  for (const alg of ['EdDSA', 'Ed25519'] as const) {
    expect(await refusalOf(importKey(jwkOf('ed448'), alg))).toContain('not supported')
    expect(await refusalOf(importKey(pem, alg))).toContain('cannot be read')
    expect(await refusalOf(importPublicKey(publicPem, alg))).toContain('cannot be read')
  }
})

test('J54 the thumbprint of the key of RFC 7638, section 3.1 is the one given there', async () => {
  const jwk: Jwk = {
    kty: 'RSA',
    n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
    e: 'AQAB',
    alg: 'RS256',
    kid: '2011-04-29',
  }
  const thumbprint = 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs'
  expect(await calculateThumbprint(jwk)).toBe(thumbprint)
  const { kid, ...nameless } = jwk
  expect((await importPublicKey(nameless, 'RS256')).kid).toBe(thumbprint)
  expect((await importPublicKey(jwk, 'RS256')).kid).toBe(kid)
})

test('J46 the key of RFC 8037, appendix A has its thumbprint and makes its signature', async () => {
  const key = await importKey(
    {
      kty: 'OKP',
      crv: 'Ed25519',
      d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    },
    'EdDSA',
  )
  expect(key.kid).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  const input = Buffer.from('eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc')
  const signature = await crypto.subtle.sign('Ed25519', key.key, input)
  expect(Buffer.from(signature).toString('base64url')).toBe(
    'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
  )
})

test('J54 kids are thumbprints, stable for one key and different for others', async () => {
  const kids = new Set<string>()
  for (const [jwk, alg] of [
    [rsa, 'RS256'],
    [otherRsa, 'RS256'],
    [ec, 'ES256'],
    [otherEc, 'ES256'],
    [ed, 'EdDSA'],
    [otherEd, 'EdDSA'],
  ] as const) {
    const key = await importKey(jwk, alg)
    expect(key.kid).toBe(await calculateThumbprint(publicOf(jwk)))
    expect(key.publicJwk).toEqual({ ...publicOf(jwk), kid: key.kid, alg, use: 'sig' })
    kids.add(key.kid)
  }
  for (let index = 0; index < 4; index += 1) kids.add((await generateKey('ES256')).kid)
  for (let index = 0; index < 4; index += 1) kids.add((await generateKey('HS256')).kid)
  expect(kids.size).toBe(14)
})

test('a kid that is given stays, and one that no verifier would take is refused', async () => {
  expect((await importKey({ ...ec, kid: 'own' }, 'ES256')).kid).toBe('own')
  expect((await importKey({ ...ec, kid: 'own' }, 'ES256', { kid: 'mine' })).kid).toBe('mine')
  expect((await generateKey('ES256', { kid: 'mine' })).publicJwk?.kid).toBe('mine')
  for (const kid of ['', 'ä', 'a\nb', 'a'.repeat(256)]) {
    expect(await refusalOf(importKey(ec, 'ES256', { kid }))).toBeDefined()
    expect(await refusalOf(generateKey('ES256', { kid }))).toBeDefined()
    expect(await refusalOf(generateKey('HS256', { kid }))).toBeDefined()
  }
})

test('a secret is not named by its thumbprint, which would let anybody check guesses', async () => {
  expect(await refusalOf(importKey(octets(32), 'HS256'))).toContain('pass kid')
  expect((await importKey(octets(32), 'HS256', { kid: 'shared' })).kid).toBe('shared')
})

const rocaModulus = (): string => {
  const hex = (65_537n ** 121n * 65_537n ** 7n).toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url')
}

const flipLast = (value: unknown): string => {
  const bytes = Buffer.from(String(value), 'base64url')
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
  return bytes.toString('base64url')
}

/** Keys that are refused for signing, and the public ones for verifying too. */
const unfit: readonly (readonly [rule: string, name: string, Algorithm, Jwk])[] = [
  ['J33', 'RSA of 1024 bits', 'RS256', jwkOf('rsa', { modulusLength: 1024 })],
  ['J33', 'RSA of 2040 bits', 'PS256', jwkOf('rsa', { modulusLength: 2040 })],
  ['J33', 'a ROCA modulus', 'RS256', { ...rsa, n: rocaModulus() }],
  ['J33', 'an even modulus', 'RS256', { ...rsa, n: flipLast(rsa.n) }],
  ['J33', 'exponent 1', 'RS256', { ...rsa, e: 'AQ' }],
  ['J33', 'an even exponent', 'RS256', { ...rsa, e: 'AQAA' }],
  ['J33', 'a padded modulus', 'RS256', { ...rsa, n: `${String(rsa.n)}==` }],
  ['J34', 'a point off its curve', 'ES256', { ...ec, y: flipLast(ec.y) }],
  ['J34', 'the wrong curve for alg', 'ES384', ec],
  ['J34', 'a curve of another name', 'ES256', { ...ec, crv: 'P-384' }],
  ['J34', 'secp256k1', 'ES256', jwkOf('ec', { namedCurve: 'secp256k1' })],
  ['J34', 'no y', 'ES256', { kty: 'EC', crv: 'P-256', x: ec.x, d: ec.d }],
  ['J34', 'an Ed25519 point of small order', 'EdDSA', { ...ed, x: `${'A'.repeat(42)}A` }],
  ['J34', 'a short Ed25519 point', 'EdDSA', { ...ed, x: 'AAAA' }],
  ['J35', 'use enc', 'RS256', { ...rsa, use: 'enc' }],
  ['J35', 'key_ops of encryption', 'RS256', { ...rsa, key_ops: ['encrypt', 'decrypt'] }],
  ['J35', 'key_ops twice the same', 'ES256', { ...ec, key_ops: ['sign', 'sign', 'verify'] }],
  ['J35', 'key_ops that is no list', 'ES256', { ...ec, key_ops: 'sign' as never }],
  ['J35', 'alg of another hash', 'RS256', { ...rsa, alg: 'RS512' }],
  ['J35', 'alg of another padding', 'RS256', { ...rsa, alg: 'PS256' }],
  ['J35', 'alg of encryption', 'RS256', { ...rsa, alg: 'RSA-OAEP' }],
  ['J35', 'alg of another kind of key', 'RS256', { ...rsa, alg: 'HS256' }],
  ['J35', 'a key of another type', 'RS256', ec],
  ['J35', 'a kty of another spelling', 'ES256', { ...ec, kty: 'ec' }],
]

for (const [rule, name, alg, jwk] of unfit) {
  test(`${rule} a key with ${name} is refused for signing as for verifying`, async () => {
    expect(await refusalOf(importKey(jwk, alg))).toBeDefined()
    expect(await refusalOf(importPublicKey(publicOf(jwk), alg))).toBeDefined()
  })
}

test('J35 key_ops of one half of a pair fit that half alone', async () => {
  expect((await importKey({ ...ec, key_ops: ['sign'] }, 'ES256')).alg).toBe('ES256')
  expect(await refusalOf(importKey({ ...ec, key_ops: ['verify'] }, 'ES256'))).toContain('key_ops')
  const jwk = publicOf(ec)
  expect((await importPublicKey({ ...jwk, key_ops: ['verify'] }, 'ES256')).use).toBe('sig')
  expect(await refusalOf(importPublicKey({ ...jwk, key_ops: ['sign'] }, 'ES256'))).toBeDefined()
})

/** Private keys that do not belong to the public members beside them. */
const mismatched: readonly (readonly [name: string, Algorithm, Jwk])[] = [
  ["another's d, EC", 'ES256', { ...ec, d: otherEc.d }],
  ["another's point, EC", 'ES256', { ...ec, x: otherEc.x, y: otherEc.y }],
  ["another's x, Ed25519", 'EdDSA', { ...ed, x: otherEd.x }],
  ["another's modulus, RSA", 'RS256', { ...rsa, n: otherRsa.n }],
  ["another's d, RSA", 'RS256', { ...rsa, d: otherRsa.d }],
  ['a flipped prime, RSA', 'PS256', { ...rsa, p: flipLast(rsa.p) }],
  ['a flipped dp, RSA', 'RS256', { ...rsa, dp: flipLast(rsa.dp) }],
  ['a flipped qi, RSA', 'RS256', { ...rsa, qi: flipLast(rsa.qi) }],
  ['one prime as modulus, RSA', 'RS256', { ...rsa, q: 'AQ', n: rsa.n }],
  ['a third prime, RSA', 'RS256', { ...rsa, oth: [{ r: 'AQ', d: 'AQ', t: 'AQ' }] }],
  ['no primes, RSA', 'RS256', { kty: 'RSA', n: rsa.n, e: rsa.e, d: rsa.d }],
  ['a d that is no text', 'ES256', { ...ec, d: 7 }],
  ['an empty d', 'ES256', { ...ec, d: '' }],
  ['a short d, Ed25519', 'EdDSA', { ...ed, d: 'AAAA' }],
]

for (const [name, alg, jwk] of mismatched) {
  test(`J33 a private key with ${name} is refused`, async () => {
    expect(await refusalOf(importKey(jwk, alg))).toBeDefined()
  })
}

test('J04 J32 a secret in text is refused for every HMAC algorithm, whatever the text', async () => {
  const pem = await exportPublicPem(await importKey(rsa, 'RS256'))
  for (const alg of ['HS256', 'HS384', 'HS512'] as const) {
    for (const text of ['', 'secret', 'a'.repeat(64), pem, JSON.stringify(secretJwk(octets(64)))]) {
      expect(await refusalOf(importKey(text, alg, { kid: 'k' }))).toContain('never text')
    }
  }
})

test('a secret that is none at all is a fault of the configuration, named or not', async () => {
  for (const nothing of [undefined, null, 7, true, [1, 2]] as unknown as readonly Uint8Array[]) {
    for (const options of [{}, { kid: 'k' }]) {
      expect(await refusalOf(importKey(nothing, 'HS256', options))).toContain('A secret for HS256')
    }
  }
})

test('J32 a secret shorter than the hash is refused, as octets and as JWK', async () => {
  for (const [alg, floor] of [
    ['HS256', 32],
    ['HS384', 48],
    ['HS512', 64],
  ] as const) {
    for (const length of [0, 1, 16, floor - 1]) {
      const reason = await refusalOf(importKey(octets(length), alg, { kid: 'k' }))
      expect(reason).toContain(`the ${floor} octets`)
      expect(await refusalOf(importKey(secretJwk(octets(length)), alg))).toBe(reason)
    }
    expect((await importKey(octets(floor), alg, { kid: 'k' })).kid).toBe('k')
    const key = await importKey(secretJwk(octets(floor)), alg)
    expect((await verify(key, await sign(key))).header.kid).toBe('shared')
  }
})

test('J35 use, key_ops and alg of a secret are honoured, and its k is read strictly', async () => {
  for (const changes of [
    { use: 'enc' },
    { key_ops: ['verify'] },
    { key_ops: ['encrypt'] },
    { alg: 'HS512' },
    { alg: 'A256GCM' },
    { k: `${Buffer.from(octets(32)).toString('base64url')}=` },
    { k: Buffer.alloc(32, 0xff).toString('base64') },
    { k: 7 },
    { k: undefined },
    { kty: 'RSA' },
  ]) {
    expect(await refusalOf(importKey(secretJwk(octets(32), changes), 'HS256'))).toBeDefined()
  }
})

test('J32 a secret that looks guessable raises the warning hook and still works', async () => {
  const warningsOf = async (material: Uint8Array | Jwk): Promise<readonly string[]> => {
    const warnings: KeyWarning[] = []
    await importKey(material, 'HS256', { kid: 'k', onWarning: (each) => warnings.push(each) })
    return warnings.map(({ code }) => code)
  }
  const printable = Buffer.from('correct horse battery staple, and a tail\n')
  const hex = Buffer.from('00112233445566778899aabbccddeeff'.repeat(2))
  expect(await warningsOf(printable)).toEqual(['secret_printable'])
  expect(await warningsOf(secretJwk(printable))).toEqual(['secret_printable'])
  expect(await warningsOf(hex)).toEqual(['secret_printable'])
  expect(await warningsOf(new Uint8Array(32))).toEqual(['secret_repetitive'])
  expect(await warningsOf(Buffer.from('a'.repeat(40)))).toEqual([
    'secret_printable',
    'secret_repetitive',
  ])
  expect(await warningsOf(octets(32))).toEqual([])
  expect(await warningsOf(crypto.getRandomValues(new Uint8Array(32)))).toEqual([])
})

test('J01 none and other names are no algorithms to make or read keys for', async () => {
  for (const alg of ['none', 'NONE', 'None', '', 'rs256', 'RS1', 'ES256K', 'RSA-OAEP', undefined]) {
    expect(await refusalOf(generateKey(alg as Algorithm))).toContain('alg')
    expect(await refusalOf(importKey(ec, alg as Algorithm))).toContain('alg')
    expect(await refusalOf(importPublicKey(publicOf(ec), alg as Algorithm))).toContain('alg')
    expect(await refusalOf(checkKeyPair(ec, publicOf(ec), alg as Algorithm))).toContain('alg')
  }
})

test('J53 a public key is not read for signing, nor a private one for verifying', async () => {
  for (const [jwk, alg] of [
    [rsa, 'RS256'],
    [ec, 'ES256'],
    [ed, 'EdDSA'],
  ] as const) {
    expect(await refusalOf(importKey(publicOf(jwk), alg))).toContain('is public')
    expect(await refusalOf(importPublicKey(jwk, alg))).toContain('is private')
    const key = await importKey(jwk, alg, { export: 'allowed' })
    expect(await refusalOf(importKey(await exportPublicPem(key), alg))).toContain('is public')
    expect(await refusalOf(importPublicKey(await exportPrivatePem(key), alg))).toContain('private')
  }
  expect(await refusalOf(importPublicKey(secretJwk(octets(32)), 'HS256'))).toContain('no public')
  expect(await refusalOf(importPublicKey(secretJwk(octets(32)), 'RS256'))).toContain('private')
})

test('keys go through PEM and back, and others can read ours', async () => {
  for (const alg of pairs) {
    const made = await generateKey(alg, { export: 'allowed' })
    const pem = await exportPrivatePem(made)
    const publicPem = await exportPublicPem(made)
    expect(await importPKCS8(pem, alg)).toBeDefined()
    expect(await importSPKI(publicPem, alg)).toBeDefined()
    const read = await importKey(`\n${pem}\n`, alg)
    expect(read.publicJwk).toEqual(made.publicJwk)
    expect(await importPublicKey(publicPem, alg)).toEqual(made.publicJwk)
    expect((await verify(made, await sign(read))).claims.sub).toBe('user-1')
  }
}, 60_000)

test('PEM of other kinds is refused with the command that converts it', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pkcs1 = privateKey.export({ format: 'pem', type: 'pkcs1' }) as string
  const encrypted = privateKey.export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  }) as string
  const pkcs8 = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
  const publicPkcs1 = publicKey.export({ format: 'pem', type: 'pkcs1' }) as string
  const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
  const broken = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'
  const refused: readonly (readonly [string, string])[] = [
    [pkcs1, 'openssl pkcs8'],
    [encrypted, 'openssl pkey'],
    [publicPkcs1, 'openssl rsa'],
    [certificate, 'openssl x509'],
    [pkcs8 + pkcs8, 'one key'],
    [broken, 'cannot be read'],
    ['-----BEGIN SOMETHING-----', 'something else'],
    ['no PEM at all', 'PEM only'],
    ['', 'PEM only'],
    [JSON.stringify(rsa), 'PEM only'],
  ]
  for (const [pem, words] of refused) {
    const reason = await refusalOf(importKey(pem, 'RS256'))
    expect(reason).toContain(words)
    expect(reason).not.toContain(pkcs8.slice(40, 80))
  }
  expect(await refusalOf(importKey(pkcs8, 'ES256'))).toContain('cannot be read')
})

test('what is no key at all is refused, not a crash', async () => {
  for (const material of [undefined, null, 7, true, [], {}, () => ec, Symbol('x'), new Map()]) {
    expect(await refusalOf(importKey(material as never, 'ES256'))).toBeDefined()
    expect(await refusalOf(importKey(material as never, 'HS256', { kid: 'k' }))).toBeDefined()
    expect(await refusalOf(importPublicKey(material as never, 'ES256'))).toBeDefined()
  }
  expect(await refusalOf(importKey(octets(32), 'ES256'))).toContain('private key')
  expect(await refusalOf(importPublicKey(octets(32) as never, 'ES256'))).toContain('PEM text or')
  expect(await refusalOf(calculateThumbprint({ kty: 'EC' }))).toContain('thumbprint')
})

test('a private key stays inside unless its owner asked for it', async () => {
  for (const key of [await generateKey('ES256'), await importKey(ec, 'ES256')]) {
    expect(key.key.extractable).toBe(false)
    expect(await refusalOf(exportPrivateJwk(key))).toContain("export: 'allowed'")
    expect(await refusalOf(exportPrivatePem(key))).toContain("export: 'allowed'")
    expect(await exportPublicPem(key)).toContain('BEGIN PUBLIC KEY')
    for (const name of ['d', 'p', 'k']) expect(key.publicJwk).not.toHaveProperty(name)
  }
  const secret = await generateKey('HS256', { export: 'allowed' })
  expect(await refusalOf(exportPrivatePem(secret))).toContain('no PEM')
  expect(await refusalOf(exportPublicPem(secret))).toContain('no public')
  const oddly = { export: 'yes' } as never
  expect(await refusalOf(generateKey('ES256', oddly))).toContain("'allowed' or 'refused'")
})

test('generated RSA keys have 2048 bits, or as many as asked for within the floors', async () => {
  const bitsOf = ({ key }: SigningKey) =>
    (key.algorithm as unknown as { modulusLength: number }).modulusLength
  expect(bitsOf(await generateKey('RS256'))).toBe(2048)
  expect(bitsOf(await generateKey('PS256', { modulusLength: 3072 }))).toBe(3072)
  for (const modulusLength of [0, 512, 1024, 2047, 16_385, Number.NaN, '4096' as never]) {
    expect(await refusalOf(generateKey('RS256', { modulusLength }))).toContain('modulusLength')
  }
  expect(await refusalOf(generateKey('ES256', { modulusLength: 2048 }))).toContain('RSA keys only')
}, 60_000)

test('a misspelt option is refused with the nearest one', async () => {
  expect(await refusalOf(generateKey('RS256', { modulusLenght: 4096 } as never))).toContain(
    'modulusLength',
  )
  expect(await refusalOf(importKey(ec, 'ES256', { kd: 'x' } as never))).toContain('"kid"')
  expect(await refusalOf(importPublicKey(ec, 'ES256', { Kid: 'x' } as never))).toContain('"kid"')
})

test('a pair of keys matches, does not, or is unsound, with the reason', async () => {
  const pem = await exportPublicPem(await importKey(ec, 'ES256'))
  const thumbprint = await calculateThumbprint(publicOf(ec))
  expect(await checkKeyPair(ec, publicOf(ec), 'ES256')).toEqual({ kind: 'match', thumbprint })
  expect(await checkKeyPair(ec, pem, 'ES256')).toEqual({ kind: 'match', thumbprint })
  expect(await checkKeyPair(otherEc, pem, 'ES256')).toEqual({ kind: 'mismatch' })
  expect(await checkKeyPair(rsa, publicOf(rsa), 'PS384')).toMatchObject({ kind: 'match' })
  expect(await checkKeyPair(rsa, publicOf(otherRsa), 'RS256')).toEqual({ kind: 'mismatch' })
  expect(await checkKeyPair(publicOf(ec), pem, 'ES256')).toMatchObject({
    kind: 'unsound',
    which: 'private',
    reason: expect.stringContaining('is public'),
  })
  expect(await checkKeyPair(ec, ec, 'ES256')).toMatchObject({ kind: 'unsound', which: 'public' })
  expect(await checkKeyPair(ec, publicOf(ed), 'ES256')).toMatchObject({ which: 'public' })
  expect(await checkKeyPair({ ...ec, d: otherEc.d }, pem, 'ES256')).toMatchObject({
    which: 'private',
  })
  expect(await refusalOf(checkKeyPair(ec, pem, 'HS256'))).toContain('no key pair')
})

test('J56 one key in two roles is refused, in whatever form it comes', async () => {
  const bytes = octets(64)
  const text = Buffer.from(bytes).toString('base64url')
  const sealed = await importKey(bytes, 'HS512', { kid: 'a' })
  const forms = [
    bytes,
    text,
    secretJwk(bytes),
    sealed,
    await importKey(bytes, 'HS256', { kid: 'b' }),
  ]
  for (const [index, left] of forms.entries()) {
    for (const right of forms.slice(index)) {
      // Two keys that cannot be exported, for two hashes, are compared by no platform.
      const areBothOpaque = left === sealed && right === forms[4]
      const reason = await refusalOf(requireSeparateKeys({ tokens: left, cookies: [right] }))
      expect(reason === undefined).toBe(areBothOpaque)
      if (!areBothOpaque) expect(reason).toContain('tokens and cookies are the same key')
      expect(String(reason)).not.toContain(text.slice(0, 20))
    }
  }
  const password = 'a password of the client, much too long'
  expect(
    await refusalOf(requireSeparateKeys({ client: password, cookies: Buffer.from(password) })),
  ).toContain('client and cookies')
  const own = await importKey(ec, 'ES256')
  expect(await refusalOf(requireSeparateKeys({ tokens: own, client: publicOf(ec) }))).toBeDefined()
  expect(
    await refusalOf(
      requireSeparateKeys({
        tokens: [own, await generateKey('ES256')],
        client: await generateKey('ES256'),
        cookies: [octets(32), octets(33)],
        sealing: [octets(48), octets(48)],
      }),
    ),
  ).toBeUndefined()
  for (const odd of [new Uint8Array(), '', 7, null]) {
    expect(await refusalOf(requireSeparateKeys({ tokens: odd as never }))).toBeDefined()
  }
})
