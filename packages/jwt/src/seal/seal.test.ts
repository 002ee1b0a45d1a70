import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { afterEach, expect, test, vi } from 'vitest'
import { JwtError } from '../errors.ts'
import { seal } from './seal.ts'
import { type UnsealOptions, unseal, unsealText } from './unseal.ts'

const [oldKey, newKey, otherKey] = [1, 2, 3].map((fill) => Buffer.alloc(32, fill)) as [
  Buffer,
  Buffer,
  Buffer,
]
const text = JSON.stringify({ secret: 'of-some-length', name: 'Zoë' })
const place = { associatedData: 'key-ring' }

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'opened'
  } catch (error) {
    expect(error).toBeInstanceOf(JwtError)
    expect(`${(error as Error).message} ${(error as Error).stack}`).not.toContain('of-some-length')
    return (error as JwtError).code
  }
}

const openingOf = (sealed: unknown, options: Partial<UnsealOptions> = {}) =>
  codeOf(unseal(sealed as string, { keys: [newKey], ...options }))

const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A genuine encryption with `newKey` under any header at all. */
const sealUnder = (header: unknown, content: Uint8Array = Buffer.from(text), encryptedKey = '') => {
  const protectedHeader = encode(header)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', newKey, iv).setAAD(Buffer.from(protectedHeader))
  const body = Buffer.concat([cipher.update(content), cipher.final()])
  const parts = [iv, body, cipher.getAuthTag()].map((part) => part.toString('base64url'))
  return [protectedHeader, encryptedKey, ...parts].join('.')
}

const kidOf = async (key: Uint8Array): Promise<string> => {
  const [header = ''] = (await seal('', { keys: key })).split('.')
  return JSON.parse(Buffer.from(header, 'base64url').toString()).kid
}

const kid = await kidOf(newKey)
const plain = { alg: 'dir', enc: 'A256GCM', kid }

afterEach(() => vi.restoreAllMocks())

test('what was sealed opens with the same key and place, as text and as octets', async () => {
  const sealed = await seal(text, { keys: [newKey], ...place })
  expect(await unsealText(sealed, { keys: [newKey], ...place })).toBe(text)
  const octets = randomBytes(1000)
  const opened = await unseal(await seal(octets, { keys: [newKey] }), { keys: [newKey] })
  expect(Buffer.from(opened).equals(octets)).toBe(true)
  expect(await unsealText(await seal('', { keys: newKey }), { keys: newKey })).toBe('')
})

test('a sealed text shows nothing of its content and is never made the same way twice', async () => {
  const sealed = await Promise.all(Array.from({ length: 200 }, () => seal(text, { keys: newKey })))
  expect(new Set(sealed.map((value) => value.split('.')[2])).size).toBe(200)
  for (const segment of sealed.flatMap((value) => value.split('.'))) {
    expect(Buffer.from(segment, 'base64url').toString('latin1')).not.toContain('of-some-length')
  }
})

test('keys are octets or base64url, and the first seals while all open', async () => {
  const before = await seal(text, { keys: oldKey.toString('base64url') })
  const both = { keys: [newKey.toString('base64url'), new Uint8Array(oldKey)] }
  expect(await unsealText(before, both)).toBe(text)
  const after = await seal(text, both)
  expect(await openingOf(after)).toBe('opened')
  expect(await openingOf(after, { keys: oldKey })).toBe('key_unknown')
})

test('another key, another place and no place open nothing', async () => {
  const sealed = await seal(text, { keys: newKey, ...place })
  expect(await openingOf(sealed, { ...place, keys: otherKey })).toBe('key_unknown')
  expect(await openingOf(sealed, { associatedData: 'elsewhere' })).toBe('decryption_failed')
  expect(await openingOf(sealed)).toBe('decryption_failed')
  expect(await openingOf(await seal(text, { keys: newKey }), place)).toBe('decryption_failed')
})

test('a key of the same name that is another key opens nothing', async () => {
  const sealed = sealUnder({ ...plain, kid: await kidOf(otherKey) })
  expect(await openingOf(sealed, { keys: [newKey, otherKey] })).toBe('decryption_failed')
})

test('no bit of it can be changed', async () => {
  const sealed = await seal('short', { keys: newKey })
  const parts = sealed.split('.')
  const changed = parts.flatMap((part, index) => {
    const octets = Buffer.from(part, 'base64url')
    return Array.from({ length: octets.length * 8 }, (_, bit) => {
      const copy = Buffer.from(octets)
      copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      return parts.with(index, copy.toString('base64url')).join('.')
    })
  })
  expect(changed.length).toBeGreaterThan(500)
  const codes = await Promise.all(changed.map((value) => openingOf(value)))
  expect(codes).not.toContain('opened')
})

test('it has one spelling and one form', async () => {
  const sealed = await seal(text, { keys: newKey })
  const [header = '', , iv = '', ciphertext = '', tag = ''] = sealed.split('.')
  const cuts = Array.from({ length: sealed.length }, (_, end) => sealed.slice(0, end))
  const flattened = JSON.stringify({ protected: header, iv, ciphertext, tag })
  const spellings = [
    `${sealed}A`,
    `${sealed}=`,
    `${sealed}.`,
    ` ${sealed}`,
    `${sealed}\n`,
    `${sealed.slice(0, -1)}${tag.endsWith('Q') ? 'R' : 'B'}`,
    `${header}.AAAA.${iv}.${ciphertext}.${tag}`,
    `${header}.${iv}.${ciphertext}.${tag}`,
    `${header}..${iv}AAAA.${ciphertext}.${tag}`,
    `${header}..${iv}.${ciphertext}.${tag.slice(0, 16)}`,
    flattened,
    text,
    '',
    '....',
    '__proto__',
  ]
  const others = [undefined, null, 1, {}, [sealed], Buffer.from(sealed)]
  for (const value of [...cuts, ...spellings, ...others]) {
    expect([value, await openingOf(value)]).not.toEqual([value, 'opened'])
  }
})

const bomb = deflateRawSync(Buffer.alloc(10_000_000))

test.each([
  ['a zip bomb', { ...plain, zip: 'DEF' }, 'header_unsupported', bomb],
  ['an unknown zip', { ...plain, zip: 'none' }, 'header_unsupported'],
  ['p2c beside dir', { ...plain, p2c: 2 ** 31 - 1, p2s: 'AAAA' }, 'header_unsupported'],
  [
    'a password with a great many rounds',
    { ...plain, alg: 'PBES2-HS512+A256KW', p2c: 2 ** 31 - 1, p2s: 'AAAAAAAAAAAAAAAAAAAAAA' },
    'algorithm_not_allowed',
  ],
  [
    'PBES2 with few rounds',
    { ...plain, alg: 'PBES2-HS256+A128KW', p2c: 1 },
    'algorithm_not_allowed',
  ],
  ['key wrapping', { ...plain, alg: 'A256KW' }, 'algorithm_not_allowed'],
  ['GCM key wrapping', { ...plain, alg: 'A256GCMKW' }, 'algorithm_not_allowed'],
  ['RSA1_5', { ...plain, alg: 'RSA1_5' }, 'algorithm_not_allowed'],
  ['RSA-OAEP', { ...plain, alg: 'RSA-OAEP-256' }, 'algorithm_not_allowed'],
  ['key agreement', { ...plain, alg: 'ECDH-ES', epk: { kty: 'EC' } }, 'algorithm_not_allowed'],
  ['an ephemeral key beside dir', { ...plain, epk: { kty: 'EC' } }, 'header_unsupported'],
  ['alg none', { ...plain, alg: 'none' }, 'algorithm_not_allowed'],
  ['alg in another case', { ...plain, alg: 'DIR' }, 'algorithm_not_allowed'],
  ['no alg', { ...plain, alg: undefined }, 'algorithm_not_allowed'],
  ['an alg list', { ...plain, alg: ['dir'] }, 'algorithm_not_allowed'],
  ['a signature algorithm', { ...plain, alg: 'HS256' }, 'algorithm_not_allowed'],
  ['CBC', { ...plain, enc: 'A256CBC-HS512' }, 'algorithm_not_allowed'],
  ['a shorter key', { ...plain, enc: 'A128GCM' }, 'algorithm_not_allowed'],
  ['enc in another case', { ...plain, enc: 'a256gcm' }, 'algorithm_not_allowed'],
  ['no enc', { ...plain, enc: undefined }, 'algorithm_not_allowed'],
  ['an extension', { ...plain, crit: ['exp'], exp: 1 }, 'header_unsupported'],
  ['an empty extension list', { ...plain, crit: [] }, 'header_unsupported'],
  ['b64', { ...plain, b64: false }, 'header_unsupported'],
  ['a key of its own', { ...plain, jwk: { kty: 'oct', k: 'AAAA' } }, 'header_unsupported'],
  ['a place to fetch keys', { ...plain, jku: 'https://attacker.example' }, 'header_unsupported'],
  ['a certificate', { ...plain, x5c: ['AAAA'] }, 'header_unsupported'],
  ['an iv in the header', { ...plain, iv: 'AAAA', tag: 'AAAA' }, 'header_unsupported'],
  ['no kid', { ...plain, kid: undefined }, 'key_unknown'],
  ['a kid that is a number', { ...plain, kid: 0 }, 'key_unknown'],
  ['a kid of a prototype', { ...plain, kid: '__proto__' }, 'key_unknown'],
  ['a kid that is a path', { ...plain, kid: '../../dev/null' }, 'key_unknown'],
  [
    'a repeated member',
    `{"alg":"dir","alg":"dir","enc":"A256GCM","kid":"${kid}"}`,
    'token_malformed',
  ],
  ['a list as header', [plain], 'token_malformed'],
  ['null as header', 'null', 'token_malformed'],
  ['a header that is no JSON', '{', 'token_malformed'],
  ['a header without end', { ...plain, typ: 'x'.repeat(2_000) }, 'token_malformed'],
] as const)('J14 unseal: %s is refused before any work', async (_name, header, code, content?) => {
  const derive = vi.spyOn(crypto.subtle, 'deriveBits')
  const decrypt = vi.spyOn(crypto.subtle, 'decrypt')
  const unwrap = vi.spyOn(crypto.subtle, 'unwrapKey')
  const inflate = vi.spyOn(globalThis, 'DecompressionStream')
  expect(await openingOf(sealUnder(header, content))).toBe(code)
  for (const spy of [derive, decrypt, unwrap, inflate]) expect(spy).not.toHaveBeenCalled()
})

test('J14 unseal: an encrypted key, a signed token and an unbounded text are refused', async () => {
  expect(await openingOf(sealUnder(plain))).toBe('opened')
  expect(await openingOf(sealUnder(plain, Buffer.from(text), 'AAAA'))).toBe('token_malformed')
  expect(await openingOf(`${encode({ alg: 'HS256' })}.${encode({})}.AAAA`)).toBe('token_malformed')
  expect(await openingOf('A'.repeat(20_000_000))).toBe('token_malformed')
})

test('J14 unseal: content over the limit is refused, content at the limit is opened', async () => {
  const limit = 1_000
  const sealed = await seal(Buffer.alloc(limit), { keys: newKey })
  expect(await openingOf(sealed, { maximumBytes: limit })).toBe('opened')
  expect(await openingOf(sealed, { maximumBytes: limit - 1 })).toBe('token_malformed')
  const long = await seal(Buffer.alloc(262_145), { keys: newKey })
  expect(await openingOf(long)).toBe('token_malformed')
  expect(await openingOf(long, { maximumBytes: 262_145 })).toBe('opened')
})

test('other parties with the key open it, and what they seal is opened', async () => {
  const sealed = await seal(text, { keys: newKey })
  const { plaintext } = await compactDecrypt(sealed, newKey)
  expect(Buffer.from(plaintext).toString()).toBe(text)
  const theirs = await new CompactEncrypt(Buffer.from(text))
    .setProtectedHeader({ ...plain, cty: 'application/json' })
    .encrypt(newKey)
  expect(await unsealText(theirs, { keys: newKey })).toBe(text)
})

test('associated data is the JWE AAD of RFC 7516, section 5.1', async () => {
  const sealed = await seal(text, { keys: newKey, ...place })
  const [header = '', , iv = '', ciphertext = '', tag = ''] = sealed.split('.')
  const decipher = createDecipheriv('aes-256-gcm', newKey, Buffer.from(iv, 'base64url'))
    .setAAD(Buffer.from(`${header}.${encode(place.associatedData)}`))
    .setAuthTag(Buffer.from(tag, 'base64url'))
  const opened = [decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]
  expect(Buffer.concat(opened).toString()).toBe(text)
})

test.each([
  ['no key', []],
  ['nothing', undefined],
  ['a password', 'correct horse battery staple'],
  ['a password of 43 characters that is no canonical base64url', 'x'.repeat(42).concat('_')],
  ['31 octets', Buffer.alloc(31)],
  ['33 octets', Buffer.alloc(33)],
  ['an empty text', ''],
  ['a number', 32],
  ['a good key beside a bad one', [newKey, 'short']],
  ['more keys than anyone rotates', Array.from({ length: 17 }, () => newKey)],
])('keys: %s is refused', async (_name, keys) => {
  expect(await codeOf(seal(text, { keys: keys as never }))).toBe('configuration_invalid')
  expect(await openingOf('', { keys: keys as never })).toBe('configuration_invalid')
})

test('misspelt options and content that is neither text nor octets are refused', async () => {
  expect(await codeOf(seal(text, { keys: newKey, aad: 'x' } as never))).toBe(
    'configuration_invalid',
  )
  expect(await openingOf('', { associated: 'x' } as never)).toBe('configuration_invalid')
  expect(await openingOf('', { associatedData: 1 as never })).toBe('configuration_invalid')
  for (const content of [undefined, null, 1, {}, '\ud800', [1, 2]]) {
    expect(await codeOf(seal(content as never, { keys: newKey }))).toBe('token_malformed')
  }
  const octets = await seal(Buffer.from([0xff]), { keys: newKey })
  expect(await codeOf(unsealText(octets, { keys: newKey }))).toBe('token_malformed')
})
