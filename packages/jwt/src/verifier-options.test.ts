import { expect, test } from 'vitest'
import { makeEcKey, makeSecret, octets } from './testing/keys.ts'
import { codeOf, makeVerifier, misconfiguration } from './testing/refusal.ts'
import { audience, issuer, jwks, keys, makeToken, now } from './testing/tokens.ts'
import { createVerifier } from './verifier.ts'

const options = { issuer, audience, algorithms: ['ES256'], keys: jwks, now }

const refusalOf = (changes: Record<string, unknown>): string | undefined =>
  misconfiguration(() => createVerifier({ ...options, ...changes } as never))

test('the options of these tests are good ones', () => {
  expect(refusalOf({})).toBeUndefined()
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['an empty list', []],
  ['none', ['none']],
  ['none beside a good one', ['ES256', 'none']],
  ['None', ['None']],
  ['a text', 'ES256'],
  ['another case', ['es256']],
  ['blanks', ['ES256 ']],
  ['an unknown name', ['ES256K']],
  ['Ed448', ['Ed448']],
  ['RSA1_5', ['RSA1_5']],
  ['a wildcard', ['*']],
  ['a number', [256]],
  ['a list in the list', [['ES256']]],
  ['the same twice', ['ES256', 'ES256']],
  ['the name of a prototype', ['__proto__']],
  ['constructor', ['constructor']],
])('J01 algorithms: %s is refused', (_name, algorithms) => {
  expect(refusalOf({ algorithms })).toContain('algorithms')
})

test.each([
  ['with RS256', ['RS256', 'HS256']],
  ['with ES256', ['HS512', 'ES256']],
  ['with EdDSA', ['EdDSA', 'HS256']],
])('J04 HS algorithms together %s are refused', (_name, algorithms) => {
  expect(refusalOf({ algorithms })).toContain('must not mix')
})

test('J04 an HMAC verifier takes neither a public key nor a published set', () => {
  expect(refusalOf({ algorithms: ['HS256'] })).toContain('keys')
  expect(refusalOf({ algorithms: ['HS256'], keys: keys.rs.jwk })).toContain('keys')
  expect(refusalOf({ algorithms: ['HS256'], keys: { find: async () => undefined } })).toContain(
    'keys',
  )
  const secret = makeSecret('HS256', 'hs', octets(32))
  expect(refusalOf({ algorithms: ['RS256'], keys: secret.jwk })).toContain('keys')
})

test.each([11, 60, -1, Number.NaN, Number.POSITIVE_INFINITY, '5', null])(
  'J17 a leeway of %s is refused',
  (leewaySeconds) => {
    expect(refusalOf({ leewaySeconds })).toBe('leewaySeconds must be a number from 0 to 10.')
  },
)

test.each([0, -1, Number.NaN, 86_400_000, '300', null])(
  'J20 a longest life of %s is refused',
  (maximumLifetimeSeconds) => {
    expect(refusalOf({ maximumLifetimeSeconds })).toContain('maximumLifetimeSeconds')
  },
)

test.each([undefined, null, '', ' ', [], [issuer], 0, {}, /x/, 'a'.repeat(3000)])(
  'J21 issuer %s is refused',
  (value) => {
    expect(refusalOf({ issuer: value })).toContain('issuer')
  },
)

test.each([undefined, null, '', ' ', [], [''], [audience, ''], [null], 0, {}, /x/, [[audience]]])(
  'J23 audience %s is refused',
  (value) => {
    expect(refusalOf({ audience: value })).toContain('audience')
  },
)

test.each([null, '', 'at+jwt', [], [''], [1], true, { typ: 'at+jwt' }])(
  'J24 typ %s is refused',
  (typ) => {
    expect(refusalOf({ typ })).toContain('typ')
  },
)

test.each([['sub'], ['exp'], ['iss'], ['aud'], ['iat'], ['jti', 'sub'], 'jti', null])(
  'J25 optionalClaims %s is refused',
  (optionalClaims) => {
    expect(refusalOf({ optionalClaims })).toContain('optionalClaims')
  },
)

test('J22 several issuers are listed once each, and not beside a single one', () => {
  const one = { issuer, keys: jwks }
  const none = { issuer: undefined, keys: undefined }
  expect(refusalOf({ ...none, issuers: [one] })).toBeUndefined()
  expect(refusalOf({ ...none, issuers: [] })).toContain('issuers')
  expect(refusalOf({ ...none, issuers: [one, one] })).toContain('twice')
  expect(refusalOf({ issuers: [one] })).toContain('exclude each other')
  expect(refusalOf({ ...none, issuers: [{ ...one, audience }] })).toContain('no option "audience"')
  expect(refusalOf({ ...none, typ: 'any', issuers: [one] })).toContain('exclude each other')
})

test.each([
  ['algorithm', 'algorithms'],
  ['aud', 'audience'],
  ['audiences', 'audience'],
  ['leeway', 'leewaySeconds'],
  ['clockTolerance', 'optionalClaims'],
  ['maxLifetimeSeconds', 'maximumLifetimeSeconds'],
  ['Issuer', 'issuer'],
  ['key', 'keys'],
  ['type', 'typ'],
])('the unknown option %s is refused by name', (name, known) => {
  const message = refusalOf({ [name]: 1 })
  expect(message).toContain(`no option "${name}"`)
  if (name !== 'clockTolerance') expect(message).toContain(`Did you mean "${known}"?`)
})

test('a value in the place of an option name is not repeated', () => {
  const secret = 'c2VjcmV0'.repeat(10)
  expect(refusalOf({ [secret]: 1 })).not.toContain('c2VjcmV0')
})

test.each([undefined, null, 'token', 1, [], () => options])('options %s are refused', (value) => {
  expect(misconfiguration(() => createVerifier(value as never))).toBeTypeOf('string')
})

test('a clock that is no function is refused', () => {
  expect(refusalOf({ now: 0 })).toContain('now')
})

test('J35 what the caller changes in its objects later changes nothing', async () => {
  const algorithms: 'ES256'[] = ['ES256']
  const audiences = [audience]
  const set = { keys: [{ ...keys.es.jwk }] }
  const verifier = makeVerifier({ algorithms, audience: audiences, keys: set })
  const other = makeEcKey('ES256', 'es')
  algorithms.length = 0
  audiences[0] = 'https://evil.example'
  Object.assign(set.keys[0] as object, other.jwk)
  expect(await codeOf(verifier, makeToken())).toBe('accepted')
  expect(await codeOf(verifier, makeToken({ key: other }))).toBe('signature_invalid')
})
