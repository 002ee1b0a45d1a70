import { expect, test } from 'vitest'
import type { JwtErrorCode } from '../errors.ts'
import { JwtError } from '../errors.ts'
import { makeRequest } from '../testing/guarded-request.ts'
import { everyAttempt } from '../testing/hostile/index.ts'
import { makeVerifier, misconfiguration } from '../testing/refusal.ts'
import { canary, makeClaims, makeHeader, makeToken } from '../testing/tokens.ts'
import type { Verifier } from '../verifier.ts'
import type { AuthenticateOptions } from './authenticate.ts'
import { authenticate } from './authenticate.ts'
import type { Refusal } from './refusal.ts'

const verifier = makeVerifier()

const setUp = (options: Partial<AuthenticateOptions> = {}) => authenticate({ verifier, ...options })

const send = async (
  authorization: string | readonly string[] | undefined,
  options: Partial<AuthenticateOptions> = {},
  form?: unknown,
) => {
  const values = authorization === undefined ? [] : [authorization].flat()
  return setUp(options)(makeRequest({ authorization: values }, { form }))
}

/** The refusal, or a failing test. */
const refusalOf = async (...request: Parameters<typeof send>): Promise<Refusal> => {
  const outcome = await send(...request)
  if (outcome.kind !== 'refused') throw new Error('was accepted')
  return outcome.refusal
}

const failing = (code: JwtErrorCode, retryAfterSeconds?: number): Verifier => ({
  verify: async () => {
    const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
    throw new JwtError(code, `Secret words about ${canary}.`, details)
  },
})

test('a good token is answered with its claims and header', async () => {
  expect(await send(`Bearer ${makeToken()}`)).toEqual({
    kind: 'authenticated',
    auth: { claims: makeClaims(), header: makeHeader() },
    headers: {},
    exposeHeaders: [],
  })
})

test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
  'J80 the scheme %s is accepted',
  async (scheme) => {
    expect((await send(`${scheme} ${makeToken()}`)).kind).toBe('authenticated')
    expect((await send(`${scheme}   ${makeToken()}`)).kind).toBe('authenticated')
  },
)

test.each([
  ['Bearer', 400],
  ['Bearer ', 400],
  ['Bearer  ', 400],
  ['bearer', 400],
  ['Bearer a b', 400],
  ['Bearer a ', 400],
  ['Bearer a\n', 400],
  ['Bearer a,b', 400],
  ['Bearer a, Bearer b', 400],
  ['Bearer a\tb', 400],
  ['Bearer token="a b"', 400],
  ['', 401],
  [' ', 401],
  ['Basic YTpi', 401],
  ['DPoP abc', 401],
  ['BearerX abc', 401],
  ['Bearer:abc', 401],
  ['Bearer\tabc', 401],
  [' Bearer abc', 401],
  ['Token abc', 401],
  ['abc', 401],
  ['Bearer abc', 401],
  ['Bearer =', 401],
  ['Bearer null', 401],
  ['Bearer undefined', 401],
  ['Bearer [object Object]', 400],
])('J80 the header %j is refused with %d', async (header, status) => {
  expect((await refusalOf(header)).status).toBe(status)
})

test('J80 a good token behind another scheme is no bearer token', async () => {
  for (const header of [makeToken(), `Basic ${makeToken()}`, `DPoP ${makeToken()}`]) {
    expect((await refusalOf(header)).code).toBe('token_required')
  }
})

test('J81 two headers are refused, even when they are equal', async () => {
  const header = `Bearer ${makeToken()}`
  expect((await refusalOf([header, header])).code).toBe('invalid_request')
  expect((await refusalOf([header, 'Basic YTpi'])).code).toBe('invalid_request')
  expect((await refusalOf(['Basic YTpi', header])).code).toBe('invalid_request')
  expect((await refusalOf(`${header}, ${header}`)).code).toBe('invalid_request')
})

test('J81 a token in the header and one in the form are refused together', async () => {
  const header = `Bearer ${makeToken()}`
  expect((await refusalOf(header, {}, { access_token: makeToken() })).code).toBe('invalid_request')
  expect((await refusalOf(header, {}, { access_token: '' })).code).toBe('invalid_request')
  expect((await send(header, {}, { token: 'x' })).kind).toBe('authenticated')
  expect((await send(header, {}, 'access_token=x')).kind).toBe('authenticated')
})

test('J81 a token in the form alone is not taken', async () => {
  expect((await refusalOf(undefined, {}, { access_token: makeToken() })).code).toBe(
    'token_required',
  )
})

test('J82 without credentials there is a challenge without an error', async () => {
  expect(await refusalOf(undefined)).toEqual({
    status: 401,
    code: 'token_required',
    headers: {
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'www-authenticate': 'Bearer realm="api"',
    },
    exposeHeaders: ['WWW-Authenticate'],
    body: {
      type: 'about:blank',
      title: 'An access token is required',
      status: 401,
      code: 'token_required',
    },
    reason: undefined,
  })
})

test('J82 a bad token is answered with invalid_token', async () => {
  expect(await refusalOf('Bearer abc')).toEqual({
    status: 401,
    code: 'invalid_token',
    headers: {
      'cache-control': 'no-store',
      'content-type': 'application/problem+json',
      'www-authenticate':
        'Bearer realm="api", error="invalid_token", error_description="The access token is not valid"',
    },
    exposeHeaders: ['WWW-Authenticate'],
    body: {
      type: 'about:blank',
      title: 'The access token is not valid',
      status: 401,
      code: 'invalid_token',
    },
    reason: 'token_malformed',
  })
})

test('J82 a malformed request is answered with 400 invalid_request', async () => {
  const { status, headers } = await refusalOf('Bearer a b')
  expect(status).toBe(400)
  expect(headers['www-authenticate']).toBe(
    'Bearer realm="api", error="invalid_request", error_description="The request does not carry exactly one access token"',
  )
})

test('J30 the scope that every request needs is read from the claim the options name', async () => {
  const authorization = `Bearer ${makeToken({ claims: { scp: ['orders:delete'] } })}`
  const codeFor = async (options: Partial<AuthenticateOptions>) => {
    const outcome = await send(authorization, options)
    return outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind
  }
  expect(await codeFor({ scope: 'orders:delete', scopeClaim: 'scp' })).toBe('authenticated')
  expect(await codeFor({ scope: 'orders:delete' })).toBe('insufficient_scope')
  expect(await codeFor({ scope: 'orders:read', scopeClaim: 'scp' })).toBe('insufficient_scope')
  expect(await codeFor({ scope: 'orders', scopeClaim: 'scp' })).toBe('insufficient_scope')
  expect(misconfiguration(() => setUp({ scopeClaim: 'scp' }))).toContain('no scope is asked for')
})

test('J82 a scope that is asked for everywhere is checked and named', async () => {
  const options = { scope: 'orders:read orders:delete' }
  const refusal = await refusalOf(`Bearer ${makeToken()}`, options)
  expect(refusal.status).toBe(403)
  expect(refusal.headers['www-authenticate']).toBe(
    'Bearer realm="api", error="insufficient_scope", error_description="The access token does not cover this", scope="orders:read orders:delete"',
  )
  expect((await refusalOf(undefined, options)).headers['www-authenticate']).toBe(
    'Bearer realm="api", scope="orders:read orders:delete"',
  )
  expect((await send(`Bearer ${makeToken()}`, { scope: 'orders:write' })).kind).toBe(
    'authenticated',
  )
})

test.each([
  ['my "api"', 'realm="my \\"api\\""'],
  ['a\\b', 'realm="a\\\\b"'],
  ['a\r\nSet-Cookie: x=y', 'realm="aSet-Cookie: x=y"'],
  ['a\nb\tc\u0000d', 'realm="abcd"'],
  ['caf\u00e9 \u{1f511}', 'realm="caf "'],
  ['", error="none', 'realm="\\", error=\\"none"'],
])('J83 the realm %j cannot break out of the challenge', async (realm, expected) => {
  const challenge = (await refusalOf(undefined, { realm })).headers['www-authenticate']
  expect(challenge).toBe(`Bearer ${expected}`)
})

test.each(['a "b"', 'a\r\nb', 'a\\b', 'caf\u00e9', 'a  b', ' a', '', [], ['a b'], [''], 5])(
  'J83 the scope %j is refused at start',
  (scope) => {
    expect(misconfiguration(() => setUp({ scope: scope as string }))).toContain('scope')
  },
)

test('J39 keys that cannot be had are answered with 503 and when to come back', async () => {
  const refusal = await refusalOf('Bearer abc', { verifier: failing('keys_unavailable', 7) })
  expect(refusal.status).toBe(503)
  expect(refusal.headers).toEqual({
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    'retry-after': '7',
  })
  expect(refusal.exposeHeaders).toEqual(['Retry-After'])
  const unsaid = await refusalOf('Bearer abc', { verifier: failing('keys_unavailable') })
  expect(unsaid.headers['retry-after']).toBe('5')
})

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
]

test('J41 all faults of a token are answered alike; only the own log is told which', async () => {
  const expected = await refusalOf('Bearer abc', { verifier: failing('token_malformed') })
  for (const code of everyCode) {
    const logged: Refusal[] = []
    const options = {
      verifier: failing(code),
      onRefused: (refusal: Refusal) => logged.push(refusal),
    }
    const { reason, ...answer } = await refusalOf('Bearer abc', options)
    expect({ ...answer, reason: 'token_malformed' }).toEqual(expected)
    expect(reason).toBe(code)
    expect(logged.map((refusal) => refusal.reason)).toEqual([code])
    expect(JSON.stringify(answer)).not.toContain(canary)
  }
})

test('J16 every hostile token that fits a header is refused with 401 and shows nothing of itself', async () => {
  const check = setUp()
  const expected = await refusalOf('Bearer abc')
  for (const [, name, token] of everyAttempt('http://127.0.0.1:9')) {
    // More than one blank after the scheme is good style of nobody, but allowed.
    if (token.startsWith(' ')) continue
    const isOneWord = token !== '' && !/[\s,]/.test(token)
    const outcome = await check(makeRequest({ authorization: [`Bearer ${token}`] }))
    if (outcome.kind !== 'refused') throw new Error(`accepted: ${name}`)
    const { refusal } = outcome
    expect(JSON.stringify(refusal)).not.toContain(canary)
    if (!isOneWord) expect([400, 401]).toContain(refusal.status)
    else expect({ ...refusal, reason: 'token_malformed' }, name).toEqual(expected)
  }
})

test.each([{ jkt: 'a'.repeat(43) }, { 'x5t#S256': 'a' }, {}, null, 'x'])(
  'J44 a token bound to a key (%j) is refused under the Bearer scheme',
  async (cnf) => {
    const refusal = await refusalOf(`Bearer ${makeToken({ claims: { cnf } })}`)
    expect([refusal.status, refusal.code]).toEqual([401, 'invalid_token'])
  },
)

test('a configuration error of the verifier is not blamed on the client', async () => {
  const broken = setUp({ verifier: failing('configuration_invalid') })
  await expect(broken(makeRequest({ authorization: ['Bearer abc'] }))).rejects.toBeInstanceOf(
    JwtError,
  )
})

test.each([
  [{}, 'verifier'],
  [{ verifier: null }, 'verifier'],
  [{ verifier: {} }, 'verifier'],
  [{ verifier, relm: 'x' }, 'Did you mean "realm"?'],
  [{ verifier, realm: 5 }, 'realm'],
  [{ verifier, onRefused: 'log' }, 'onRefused'],
])('the options %o are refused', (options, expected) => {
  expect(misconfiguration(() => authenticate(options as never))).toContain(expected)
})
