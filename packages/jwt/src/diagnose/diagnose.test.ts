import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JwtErrorCode } from '../index.ts'
import { createVerifier, JwtError } from '../index.ts'
import { makeRsaKey } from '../testing/keys.ts'
import { codeOf, makeVerifier } from '../testing/refusal.ts'
import type { Members } from '../testing/tokens.ts'
import {
  audience,
  encode,
  issuer,
  jwks,
  keys,
  makeClaims,
  makeHeader,
  makeToken,
  now,
  nowSeconds,
  signContent,
} from '../testing/tokens.ts'
import { checkJwks, explainRefusal, inspectToken } from './index.ts'

const inspect = (text: unknown) => inspectToken(text, { now })
const codes = (text: unknown) => inspect(text).findings.map(({ code }) => code)

test('a good token has no findings, and is called unverified all the same', () => {
  const token = makeToken()
  const report = inspect(`${token}\n`)
  expect(report).toEqual({
    kind: 'signed',
    header: makeHeader(),
    claims: makeClaims(),
    times: [
      { claim: 'iat', at: '2027-01-15T07:59:50Z', relative: '10 seconds ago' },
      { claim: 'exp', at: '2027-01-15T08:05:00Z', relative: 'in 5 minutes' },
    ],
    findings: [],
    verified: false,
  })
})

test('a forged token is read like any other: nothing is verified', () => {
  const [header, , signature] = makeToken().split('.')
  const forged = `${header}.${encode(makeClaims({ sub: 'admin' }))}.${signature}`
  expect(inspect(forged)).toMatchObject({ claims: { sub: 'admin' }, verified: false })
})

const headers: readonly (readonly [string, Members, readonly string[]])[] = [
  ['alg none', { alg: 'none' }, ['alg_none']],
  ['alg nOnE', { alg: ' nOnE' }, ['alg_none']],
  ['no alg', { alg: undefined }, ['alg_missing']],
  ['alg as list', { alg: ['ES256'] }, ['alg_invalid']],
  ['alg of nobody', { alg: 'ES256K' }, ['alg_unsupported']],
  ['no kid', { kid: undefined }, ['kid_missing']],
  ['kid as number', { kid: 7 }, ['kid_invalid']],
  ['an empty kid', { kid: '' }, ['kid_invalid']],
  ['a kid with a line break', { kid: 'a\nb' }, ['kid_invalid']],
  ['a kid that is a path', { kid: '../../dev/null' }, ['kid_suspicious']],
  ['a kid that is a query', { kid: "x' UNION SELECT 'k" }, ['kid_suspicious']],
  ['a kid that is a command', { kid: 'x|id' }, ['kid_suspicious']],
  ['a kid that is an address', { kid: 'ftp://x' }, ['kid_suspicious']],
  [
    'HMAC under the name of a public key',
    { alg: 'HS256', kid: createHash('sha256').update('x').digest('base64url') },
    ['hmac_with_public_kid'],
  ],
  ['HMAC under an RS256 name', { alg: 'HS256', kid: 'login-rs256' }, ['hmac_with_public_kid']],
  ['HMAC beside a certificate', { alg: 'HS512', x5t: 'x' }, ['hmac_with_public_kid']],
  ['HMAC under a name of its own', { alg: 'HS256', kid: 'shared-1' }, []],
  ['no typ', { typ: undefined }, ['typ_missing']],
  ['typ JWT', { typ: 'JWT' }, ['typ_unusual']],
  ['typ as number', { typ: 1 }, ['typ_invalid']],
  ['the long typ', { typ: 'application/at+JWT' }, []],
  ['an embedded key', { jwk: keys.es.jwk }, ['key_embedded']],
  ['an embedded certificate', { x5c: ['x'] }, ['key_embedded']],
  ['a key address', { jku: 'https://evil.example' }, ['key_url']],
  ['a certificate address', { x5u: 'https://evil.example' }, ['key_url']],
  ['crit', { crit: ['exp'] }, ['header_unsupported']],
  ['b64', { b64: false }, ['header_unsupported']],
  ['zip', { zip: 'DEF' }, ['header_unsupported']],
  ['a token within', { cty: 'JWT' }, ['token_nested']],
]

test.each(headers)('the header is judged: %s', (_name, header, expected) => {
  expect(codes(makeToken({ header }))).toEqual(expected)
})

const claimSets: readonly (readonly [string, Members, readonly string[]])[] = [
  ['no exp', { exp: undefined }, ['exp_missing']],
  ['exp as text', { exp: '1800000300' }, ['exp_invalid']],
  ['exp in milliseconds', { exp: nowSeconds * 1000 }, ['exp_invalid', 'lifetime_long']],
  ['exp now', { exp: nowSeconds }, ['expired']],
  ['exp a second from now', { exp: nowSeconds + 1 }, []],
  ['no iat', { iat: undefined }, ['iat_missing']],
  ['iat ahead', { iat: nowSeconds + 60 }, ['iat_future']],
  ['nbf ahead', { nbf: nowSeconds + 60 }, ['nbf_future']],
  ['nbf as text', { nbf: 'x' }, ['nbf_invalid']],
  ['exp at iat', { iat: nowSeconds - 9, exp: nowSeconds - 9 }, ['expired', 'exp_before_iat']],
  ['an hour', { exp: nowSeconds - 10 + 3600 }, []],
  ['over an hour', { exp: nowSeconds + 3600 }, ['lifetime_long']],
  ['over a day', { exp: nowSeconds + 86_400 }, ['lifetime_long']],
  ['no aud', { aud: undefined }, ['aud_missing']],
  ['an empty aud', { aud: [] }, ['aud_invalid']],
  ['aud as object', { aud: {} }, ['aud_invalid']],
  ['no iss', { iss: undefined }, ['iss_missing']],
  ['no sub', { sub: undefined }, ['sub_missing']],
  ['sub as number', { sub: 7 }, ['sub_invalid']],
  ['no jti', { jti: undefined }, ['jti_missing']],
  ['no client_id', { client_id: undefined }, ['client_id_missing']],
  ['scope as list', { scope: ['a'] }, ['scope_invalid']],
  ['an ID token', { nonce: 'n', at_hash: 'x' }, ['id_token']],
  ['a logout token', { events: {} }, ['event_token']],
  ['a password', { password: 'x' }, ['claim_sensitive']],
  ['a deep secret', { a: [{ 'Credit-Card_Number': 'x' }] }, ['claim_sensitive']],
  ['a token within a claim', { proof: `eyJhbGciOiJub25lIn0.e30.x` }, ['claim_secret']],
  ['a private key', { k: '-----BEGIN RSA PRIVATE KEY-----' }, ['claim_secret']],
  ['a database address', { db: 'postgres://u:p@h/d' }, ['claim_secret']],
  ['a person', { email: 'a@b.example' }, ['claim_personal']],
]

test.each(claimSets)('the claims are judged: %s', (_name, claims, expected) => {
  expect(codes(makeToken({ claims }))).toEqual(expected)
})

const good = makeToken()
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.')
const deep = `{"a":${'['.repeat(40)}${']'.repeat(40)}}`

const texts: readonly (readonly [string, unknown, readonly string[]])[] = [
  ['nothing', '', ['empty']],
  ['blanks', ' \n\t', ['empty']],
  ['no text', undefined, ['not_text']],
  ['a number', 7, ['not_text']],
  ['an opaque token', 'v2.local', ['not_compact']],
  ['JSON', JSON.stringify({ payload: 'x', signatures: [] }), ['not_compact']],
  ['seven segments', 'a.b.c.d.e.f.g', ['not_compact']],
  ['far too much', 'a'.repeat(300_000), ['token_oversize']],
  ['no signature', `${goodHeader}.${goodPayload}.`, ['signature_missing']],
  ['a blank in the signature', `${goodHeader}.${goodPayload}.a b`, ['base64url_invalid']],
  ['Bearer before it', `Bearer ${good}`, ['text_around_token']],
  ['a whole header line', `Authorization: DPoP ${good}`, ['text_around_token']],
  ['quotes around it', `"${good}"`, ['text_around_token']],
  [
    'padding',
    `${encode(`${JSON.stringify(makeHeader())}  `)}=.${goodPayload}.${goodSignature}`,
    ['base64url_invalid'],
  ],
  ['a repeated claim', signContent(makeHeader(), '{"exp":1,"exp":2}'), ['member_repeated']],
  ['a header that is a list', signContent('[]', makeClaims()), ['not_an_object']],
  ['claims that are no JSON', signContent(makeHeader(), '{exp:1}'), ['json_invalid']],
  ['deep claims', signContent(makeHeader(), deep), ['nested_too_deeply']],
  [
    'claims that are no UTF-8',
    signContent(makeHeader(), Buffer.from([0x7b, 0xff, 0x7d])),
    ['utf8_invalid'],
  ],
  ['a large token', makeToken({ claims: { pad: 'x'.repeat(4000) } }), ['token_large']],
  ['an oversize token', makeToken({ claims: { pad: 'x'.repeat(16_000) } }), ['token_oversize']],
  ['a JWE', `${encode({ alg: 'dir', enc: 'A256GCM' })}..x.y.z`, ['encrypted']],
  [
    'a JWE that costs',
    `${encode({ alg: 'PBES2-HS256+A128KW', p2c: 1e9, zip: 'DEF' })}.a.x.y.z`,
    ['jwe_password', 'jwe_compressed'],
  ],
  ['a JWE of old', `${encode({ alg: 'RSA1_5' })}.a.x.y.z`, ['jwe_alg_weak']],
]

test.each(texts)('the text is judged: %s', (_name, text, expected) => {
  expect(codes(text)).toEqual(expect.arrayContaining([...expected]))
  expect(inspect(text).verified).toBe(false)
})

test('a segment that ends in unused bits is named, and read all the same', () => {
  const claims = encode(makeClaims({ pad: 'x' }))
  const padded = claims.length % 4 === 0 ? encode(makeClaims({ pad: 'xx' })) : claims
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const twin = padded.slice(0, -1) + alphabet[alphabet.indexOf(padded.at(-1) ?? '') + 1]
  const report = inspect(`${goodHeader}.${twin}.${goodSignature}`)
  expect(report.findings.map(({ code }) => code)).toEqual(['base64url_not_canonical'])
  expect(report.claims).toMatchObject({ iss: issuer })
})

test('of a repeated claim the one that a careless parser reads is shown', () => {
  const report = inspect(signContent(makeHeader(), '{"sub":"a","sub":"b"}'))
  expect(report.claims).toEqual({ sub: 'b' })
})

test('J42 whatever the text is, it is described and nothing is thrown', () => {
  const segment = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json().map(encode),
    fc.dictionary(fc.string(), fc.anything()).map((value) => encode(JSON.stringify(value) ?? '')),
    fc.uint8Array().map((octets) => encode(octets)),
  )
  const anything = fc.oneof(
    fc.array(segment, { maxLength: 6 }).map((list) => list.join('.')),
    fc
      .record({ iat: fc.anything(), exp: fc.anything(), nbf: fc.double(), auth_time: fc.double() })
      .map((claims) => signContent(makeHeader(), JSON.stringify(claims))),
    fc.anything(),
  )
  fc.assert(
    fc.property(anything, (text) => {
      const report = inspectToken(text, { now })
      expect(report.verified).toBe(false)
      expect(() => JSON.stringify(report)).not.toThrow()
    }),
    { numRuns: 3000 },
  )
})

test('J42 a text that is made to cost is described at once', () => {
  const opened = Buffer.from('['.repeat(190_000)).toString('base64url')
  const nested = `${'{"a":'.repeat(30_000)}1${'}'.repeat(30_000)}`
  const wide = JSON.stringify({ a: Array.from({ length: 60_000 }, () => ({})) })
  const hostile = [
    `${goodHeader}.${opened}.x`,
    `${goodHeader}.${encode(nested)}.x`,
    `${goodHeader}.${encode(`{"b":1,"b":2,"a":${nested}}`)}.x`,
    `${goodHeader}.${encode(wide)}.x`,
    `authorization${' '.repeat(200_000)}`,
    `"${"'".repeat(200_000)}`,
    '.'.repeat(200_000),
    `bearer ${'-----BEGIN '.repeat(20_000)}`,
  ]
  const startedAt = performance.now()
  for (const text of hostile) {
    expect(inspect(text).findings.some(({ severity }) => severity === 'error')).toBe(true)
  }
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})

test('an error is a promise: what has one is refused by a verifier that asks for little', async () => {
  const lenient = makeVerifier({
    typ: 'any',
    optionalClaims: ['jti', 'client_id'],
    clientIds: ['spa'],
    leewaySeconds: 0,
    maximumLifetimeSeconds: 31_622_400,
  })
  const tokens = [
    ...headers.map(([, header]) => makeToken({ header })),
    ...claimSets
      // Content is the issuer's business, and no reason to refuse.
      .filter(([, , [code]]) => !code?.startsWith('claim_'))
      .map(([, claims]) => makeToken({ claims })),
  ]
  for (const token of tokens) {
    if (inspect(token).findings.every(({ severity }) => severity !== 'error')) continue
    expect(await codeOf(lenient, token), token).not.toBe('accepted')
  }
})

const relatives: readonly (readonly [number, string])[] = [
  [0, 'now'],
  [0.4, 'now'],
  [1, 'in 1 second'],
  [-59, '59 seconds ago'],
  [61, 'in 1 minute 1 second'],
  [3600, 'in 1 hour'],
  [3602, 'in 1 hour'],
  [-90_000, '1 day 1 hour ago'],
  [86_400 * 400, 'in 1 year 34 days'],
]

test.each(relatives)('an instant %d seconds away is %s', (seconds, expected) => {
  const report = inspect(makeToken({ claims: { exp: nowSeconds + seconds } }))
  expect(report.times.at(-1)?.relative).toBe(expected)
})

test('instants that no calendar knows have no time', () => {
  for (const exp of ['x', null, 1e300, -1e300, {}]) {
    const report = inspect(makeToken({ claims: { exp } }))
    expect(report.times.map(({ claim }) => claim)).toEqual(['iat'])
  }
})

test('a clock is needed, and misspelt options are refused', () => {
  expect(() => inspectToken('x', { now: 7 as never })).toThrow('now must be a function.')
  expect(() => inspectToken('x', { clock: now } as never)).toThrow('Did you mean "now"?')
})

// ---- key sets

const codesOfKey = (key: unknown): readonly string[] =>
  checkJwks({ keys: [key] }).keys[0]?.findings.map(({ code }) => code) ?? []

test('a good set has no findings, and says what its keys are', () => {
  for (const given of [jwks, JSON.stringify(jwks)]) {
    const report = checkJwks(given)
    expect(report.findings).toEqual([])
    expect(report.keys.flatMap(({ findings }) => findings)).toEqual([])
    expect(report.keys.every(({ usable }) => usable)).toBe(true)
    expect(report.keys.map(({ description }) => description)).toEqual([
      'RSA, 2048 bits',
      'RSA, 2048 bits',
      'EC, P-256',
      'OKP, Ed25519',
    ])
  }
})

const without = (...names: readonly string[]): Members =>
  Object.fromEntries(Object.entries(keys.es.jwk).filter(([name]) => !names.includes(name)))

/** A product of two primes that are powers of 65537 modulo every small prime. */
const rocaFinding = (): string => {
  const small = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79]
  const more = [83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167]
  const primorial = [2, ...small, ...more].reduce((product, prime) => product * BigInt(prime), 1n)
  // 1 is such a power, so any multiple of the primorial plus 1 has the mark.
  let modulus = primorial * (2n ** 2047n / primorial + 1n) + 1n
  while (modulus % 2n === 0n) modulus += primorial
  const n = Buffer.from(modulus.toString(16).padStart(512, '0'), 'hex').toString('base64url')
  return checkJwks({ keys: [{ ...keys.rs.jwk, n }] }).keys[0]?.findings[0]?.message ?? ''
}

test('J33 a key that is unfit is named with the reason', () => {
  const small = makeRsaKey('RS256', 'small', 1024)
  expect(checkJwks({ keys: [small.jwk] }).keys[0]).toMatchObject({
    description: 'RSA, 1024 bits',
    usable: false,
    findings: [{ code: 'key_unfit', severity: 'error' }],
  })
  expect(rocaFinding()).toContain('ROCA')
  const { x } = keys.es.jwk
  expect(codesOfKey({ ...keys.es.jwk, y: x })).toEqual(['key_unfit'])
  expect(codesOfKey({ ...keys.es.jwk, alg: 'ES384' })).toEqual(['key_unfit'])
  expect(codesOfKey({ ...keys.rs.jwk, e: 'AQ' })).toEqual(['key_unfit'])
})

test('J53 a secret or private key in a set is the worst of findings', () => {
  const secret = { kty: 'oct', k: 'canary-secret', kid: 's', alg: 'HS256', use: 'sig' }
  const report = checkJwks({ keys: [keys.rs.jwk, secret] })
  expect(report.findings.map(({ code }) => code)).toEqual(['set_refused'])
  expect(report.keys[1]?.findings[0]?.code).toBe('secret_published')
  const leaked = checkJwks({ keys: [{ ...keys.es.jwk, d: 'canary-private' }] })
  expect(leaked.keys[0]?.findings.map(({ code }) => code)).toEqual(['private_member'])
  expect(JSON.stringify([report, leaked])).not.toContain('canary')
})

test('names that are missing or doubled are found', () => {
  expect(codesOfKey(without('kid'))).toEqual(['kid_missing'])
  expect(codesOfKey(without('alg'))).toEqual(['alg_missing'])
  expect(codesOfKey(without('use'))).toEqual(['use_missing'])
  expect(codesOfKey({ ...keys.es.jwk, kid: 7 })).toEqual(['kid_invalid'])
  expect(codesOfKey({ ...keys.es.jwk, use: 'enc' })).toEqual(['key_for_others'])
  const twice = checkJwks({ keys: [keys.es.jwk, { ...keys.rs.jwk, kid: keys.es.kid }] })
  expect(twice.keys.map(({ findings }) => findings.map(({ code }) => code))).toEqual([
    ['kid_duplicate'],
    ['kid_duplicate'],
  ])
  expect(twice.findings.map(({ code }) => code)).toEqual(['set_refused'])
})

test.each([
  ['nothing', undefined, 'not_a_key_set'],
  ['a list', [], 'not_a_key_set'],
  ['a lone key', keys.es.jwk, 'not_a_key_set'],
  ['HTML', '<html>', 'set_not_json'],
  ['repeated members', '{"keys":[],"keys":[]}', 'set_not_json'],
  ['no key', { keys: [] }, 'set_empty'],
  ['no object', { keys: [null] }, 'set_refused'],
  ['no key of use', { keys: [{ kty: 'EC', crv: 'secp256k1' }] }, 'set_unusable'],
  ['too much', 'x'.repeat(300_000), 'set_oversize'],
])('a set is refused: %s', (_name, set, code) => {
  expect(checkJwks(set).findings.map((finding) => finding.code)).toEqual([code])
})

test('a set without errors is one that a verifier takes, and the other way round', () => {
  const sets = [
    jwks,
    { keys: [keys.es.jwk] },
    { keys: [keys.es.jwk, keys.es.jwk] },
    { keys: [makeRsaKey('RS256', 'small', 1024).jwk] },
    { keys: [{ ...keys.es.jwk, d: 'x' }] },
    { keys: [{ ...keys.es.jwk, use: 'enc' }] },
    { keys: [] },
  ]
  for (const set of sets) {
    const report = checkJwks(set)
    const isGood = [...report.findings, ...report.keys.flatMap(({ findings }) => findings)].every(
      ({ severity }) => severity !== 'error',
    )
    const create = () =>
      createVerifier({
        issuer,
        audience,
        algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
        keys: set,
      })
    if (isGood) expect(create).not.toThrow()
    else expect(create).toThrow(JwtError)
  }
})

// ---- refusals

const everyCode: readonly JwtErrorCode[] = [
  'token_malformed',
  'header_unsupported',
  'algorithm_not_allowed',
  'typ_mismatch',
  'key_unknown',
  'signature_invalid',
  'claim_missing',
  'claim_invalid',
  'claim_mismatch',
  'token_expired',
  'token_not_yet_valid',
  'token_denied',
  'keys_unavailable',
  'deny_list_unavailable',
  'store_unavailable',
  'decryption_failed',
  'signing_refused',
  'configuration_invalid',
]

test.each(everyCode)('%s is explained, with something to do about it', (code) => {
  for (const claim of [undefined, 'iss', 'aud', 'exp', 'jti', 'client_id', 'constructor']) {
    const details = claim === undefined ? {} : { claim }
    const explained = explainRefusal(new JwtError(code, 'canary', details))
    expect(explained.code).toBe(code)
    expect(explained.meaning).toMatch(/\.$/)
    expect(explained.advice.length).toBeGreaterThan(0)
    expect(JSON.stringify(explained)).not.toContain('canary')
  }
})

test('the advice knows which claim it is about', () => {
  const about = (claim: string) =>
    explainRefusal(new JwtError('claim_mismatch', '', { claim })).meaning
  expect(about('iss')).toContain('issuer')
  expect(about('aud')).toContain('API')
  const missing = explainRefusal(new JwtError('claim_missing', '', { claim: 'jti' }))
  expect(missing.advice.join(' ')).toContain('optionalClaims')
})

test('every code of a finding stands in the reference', () => {
  const reference = readFileSync(
    join(import.meta.dirname, '../../../../docs/reference/cli.md'),
    'utf8',
  )
  const sources = readdirSync(import.meta.dirname)
    .filter((name) => !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  const found = sources.flatMap((source) => [
    ...source.matchAll(/\b(?:error|warning|note|refused)\(\s*'([a-z_]+)'/g),
  ])
  expect(found.length).toBeGreaterThan(50)
  expect(
    found.map(([, code]) => code).filter((code) => !reference.includes(`\`${code}\``)),
  ).toEqual([])
})
