import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import { createDenyList } from '../deny-list.ts'
import { JwtError } from '../errors.ts'
import { authenticate } from '../guard/authenticate.ts'
import { generateKey } from '../keys/generate-key.ts'
import { createRefreshTokens } from '../refresh-tokens/create-refresh-tokens.ts'
import type { RefreshTokensOptions } from '../refresh-tokens/refresh-options.ts'
import { createSigner } from '../signer.ts'
import { misconfiguration } from '../testing/refusal.ts'
import { createVerifier } from '../verifier.ts'
import { createTokenService } from './create-token-service.ts'
import type { TokenServiceOptions } from './service-options.ts'
import type { RevocationAnswer, TokenAnswer, TokenResponse } from './token-answer.ts'

const issuer = 'https://app.example'
const [orders, users] = ['https://orders.example', 'https://users.example'] as const
const key = await generateKey('ES256')
const noStore = { 'Cache-Control': 'no-store', 'Content-Type': 'application/json' }

const createHarness = (
  options: Partial<TokenServiceOptions> & { readonly refresh?: Partial<RefreshTokensOptions> } = {},
) => {
  const { refresh, ...serviceOptions } = options
  let time = 1_800_000_000_000
  const now = () => time
  const store = createMemoryStore({ now })
  const denyList = createDenyList({ store, now })
  const signer = createSigner({ issuer, audience: orders, key, now })
  const refreshTokens = createRefreshTokens({ store, denyList, now, ...refresh })
  const verifier = createVerifier({
    issuer,
    audience: orders,
    algorithms: ['ES256'],
    keys: { keys: [key.publicJwk ?? { kty: 'none' }] },
    denyList,
    now,
  })
  const accessTokens = { verifier, denyList }
  const tokens = createTokenService({
    signer,
    refreshTokens,
    now,
    accessTokens,
    ...serviceOptions,
  })
  const verdict = async (accessToken: string) =>
    verifier.verify(accessToken).then(
      () => 'accepted',
      (error: JwtError) => error.code,
    )
  const claimsOf = async (accessToken: string) => (await verifier.verify(accessToken)).claims
  const login = async (input: Partial<Parameters<typeof tokens.issue>[0]> = {}) =>
    bodyOf(await tokens.issue({ subject: 'user-42', clientId: 'web', scope: 'a b', ...input }))
  const renew = async (refreshToken: string) =>
    bodyOf(await tokens.refresh({ refreshToken, clientId: 'web' }))
  const advance = (seconds: number) => {
    time += seconds * 1000
  }
  return { tokens, refreshTokens, verifier, verdict, claimsOf, login, renew, advance, now, store }
}

const bodyOf = (answer: TokenAnswer): TokenResponse => {
  if (answer.kind === 'refused') throw new Error(`refused: ${answer.reason}`)
  return answer.body
}

const errorOf = ({ status, body }: TokenAnswer | RevocationAnswer) => [
  status,
  'error' in body ? body.error : 'none',
]

test('a login gives an access token that the API accepts and a refresh token, uncached', async () => {
  const { tokens, claimsOf } = createHarness()
  const answer = await tokens.issue({ subject: 'user-42', clientId: 'web', scope: 'a b' })
  const { access_token, refresh_token, ...rest } = bodyOf(answer)
  expect(rest).toEqual({ token_type: 'Bearer', expires_in: 600, scope: 'a b' })
  expect([answer.status, answer.headers]).toEqual([200, noStore])
  expect(refresh_token).toMatch(/^[\w-]{86}$/)
  expect(await claimsOf(access_token)).toMatchObject({
    sub: 'user-42',
    client_id: 'web',
    scope: 'a b',
  })
})

test('a refresh gives the next pair of the same user, client and scope', async () => {
  const { tokens, login, claimsOf, advance } = createHarness()
  const first = await login({ roles: ['admin'], acr: 'mfa', authTime: 1_799_999_000 })
  advance(500)
  const answer = await tokens.refresh({ refreshToken: first.refresh_token, clientId: 'web' })
  const body = bodyOf(answer)
  expect([answer.status, answer.headers]).toEqual([200, noStore])
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'a b' })
  expect(body.refresh_token).not.toBe(first.refresh_token)
  const claims = await claimsOf(body.access_token)
  expect(claims).toMatchObject({
    sub: 'user-42',
    client_id: 'web',
    scope: 'a b',
    roles: ['admin'],
    acr: 'mfa',
    auth_time: 1_799_999_000,
  })
  expect(claims.jti).not.toBe((await claimsOf(first.access_token)).jti)
})

test('J71 reuse after the first use of the successor and the grace is answered 400 invalid_grant', async () => {
  const { tokens, login, renew, advance } = createHarness()
  const { refresh_token: refreshToken } = await login()
  await renew((await renew(refreshToken)).refresh_token)
  advance(30)
  const answer = await tokens.refresh({ refreshToken, clientId: 'web' })
  expect(answer).toEqual({
    kind: 'refused',
    status: 400,
    headers: noStore,
    reason: 'reused',
    body: {
      error: 'invalid_grant',
      error_description: 'The token is not valid for this client.',
    },
  })
})

test('J72 after reuse the API refuses every living access token of the family', async () => {
  const { tokens, login, renew, advance, verdict } = createHarness()
  const first = await login()
  const second = await renew(first.refresh_token)
  const third = await renew(second.refresh_token)
  const bystander = await login()
  advance(31)
  const all = [first, second, third].map((body) => body.access_token)
  expect(await Promise.all(all.map(verdict))).toEqual(['accepted', 'accepted', 'accepted'])
  await tokens.refresh({ refreshToken: first.refresh_token, clientId: 'web' })
  const denied = 'token_denied'
  expect(await Promise.all(all.map(verdict))).toEqual([denied, denied, denied])
  expect(
    errorOf(await tokens.refresh({ refreshToken: third.refresh_token, clientId: 'web' })),
  ).toEqual([400, 'invalid_grant'])
  expect(await verdict(bystander.access_token)).toBe('accepted')
})

test('J73 parallel refreshes are answered with one pair', async () => {
  const { login, renew } = createHarness()
  const { refresh_token } = await login()
  const bodies = await Promise.all(Array.from({ length: 20 }, () => renew(refresh_token)))
  expect(new Set(bodies.map((body) => JSON.stringify(body))).size).toBe(1)
})

test('a repeated answer says how long its access token still lives', async () => {
  const { login, renew, advance } = createHarness()
  const { refresh_token } = await login()
  const lost = await renew(refresh_token)
  advance(200)
  expect(await renew(refresh_token)).toEqual({ ...lost, expires_in: 400 })
  advance(101)
  const late = await renew(refresh_token)
  expect([late.refresh_token, late.expires_in]).toEqual([lost.refresh_token, 600])
  expect(late.access_token).not.toBe(lost.access_token)
})

test('J75 another client is answered invalid_grant, a wider scope invalid_scope, another API invalid_target', async () => {
  const { tokens, login, renew } = createHarness()
  const { refresh_token: refreshToken } = await login()
  const own = { refreshToken, clientId: 'web' }
  expect(errorOf(await tokens.refresh({ ...own, clientId: 'other' }))).toEqual([
    400,
    'invalid_grant',
  ])
  expect(errorOf(await tokens.refresh({ ...own, scope: 'a b c' }))).toEqual([400, 'invalid_scope'])
  expect(errorOf(await tokens.refresh({ ...own, resource: users }))).toEqual([
    400,
    'invalid_target',
  ])
  await renew(refreshToken)
})

test('J75 a narrower scope gives a narrower token, and the next refresh the whole grant at most', async () => {
  const { tokens, login, claimsOf } = createHarness()
  const { refresh_token: refreshToken } = await login()
  const narrow = bodyOf(await tokens.refresh({ refreshToken, clientId: 'web', scope: 'a' }))
  expect([narrow.scope, (await claimsOf(narrow.access_token)).scope]).toEqual(['a', 'a'])
  const again = { refreshToken: narrow.refresh_token, clientId: 'web' }
  expect(errorOf(await tokens.refresh({ ...again, scope: 'a c' }))).toEqual([400, 'invalid_scope'])
  expect(bodyOf(await tokens.refresh(again)).scope).toBe('a b')
})

test('J75 a grant for several APIs is narrowed to the audience the client asks for', async () => {
  const { refreshTokens, now } = createHarness()
  const signer = createSigner({ issuer, audience: [orders, users], key, now })
  const tokens = createTokenService({ signer, refreshTokens, now })
  const audOf = ({ access_token }: TokenResponse) =>
    JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()).aud
  const resource = [orders, users]
  const first = bodyOf(await tokens.issue({ subject: 'user-42', clientId: 'web', resource }))
  expect(audOf(first)).toEqual(resource)
  const { refresh_token: refreshToken } = first
  const narrow = await tokens.refresh({ refreshToken, clientId: 'web', resource: users })
  expect(audOf(bodyOf(narrow))).toBe(users)
})

test('J76 revoking ends the family and its access tokens; unknown is 200, another client is refused', async () => {
  const { tokens, login, renew, verdict } = createHarness()
  const first = await login()
  const second = await renew(first.refresh_token)
  const token = second.refresh_token
  expect(errorOf(await tokens.revoke({ token, clientId: 'other' }))).toEqual([400, 'invalid_grant'])
  expect(await verdict(second.access_token)).toBe('accepted')
  const done = { kind: 'done', status: 200, headers: noStore, body: {} }
  expect(await tokens.revoke({ token, clientId: 'web' })).toEqual(done)
  expect(await tokens.revoke({ token, clientId: 'web' })).toEqual(done)
  for (const unknown of ['', 'x', 'a.b.c', '__proto__', 'x'.repeat(100_000)]) {
    expect(await tokens.revoke({ token: unknown, clientId: 'web' })).toEqual(done)
  }
  expect(await verdict(first.access_token)).toBe('token_denied')
  expect(await verdict(second.access_token)).toBe('token_denied')
  const answer = await tokens.refresh({ refreshToken: token, clientId: 'web' })
  expect(errorOf(answer)).toEqual([400, 'invalid_grant'])
})

test('J76 an access token is revoked alone, by its own client', async () => {
  const { tokens, login, renew, verdict } = createHarness()
  const { access_token: token, refresh_token } = await login()
  expect(errorOf(await tokens.revoke({ token, clientId: 'other' }))).toEqual([400, 'invalid_grant'])
  expect(await verdict(token)).toBe('accepted')
  expect(errorOf(await tokens.revoke({ token, clientId: 'web' }))).toEqual([200, 'none'])
  expect(await verdict(token)).toBe('token_denied')
  await renew(refresh_token)
})

test('J76 a service that cannot revoke access tokens says so', async () => {
  const { tokens, login, verdict } = createHarness({ accessTokens: undefined as never })
  const { access_token: token } = await login()
  const answer = await tokens.revoke({ token, clientId: 'web' })
  expect(errorOf(answer)).toEqual([400, 'unsupported_token_type'])
  expect(await verdict(token)).toBe('accepted')
})

test('J77 a refresh token is no access token, and an access token refreshes nothing', async () => {
  const { tokens, login, verifier, verdict } = createHarness()
  const { access_token, refresh_token } = await login()
  expect(await verdict(refresh_token)).toBe('token_malformed')
  const authenticateRequest = authenticate({ verifier })
  const call = (authorization: string) =>
    authenticateRequest({
      method: 'GET',
      target: '/',
      header: (name) => (name === 'authorization' ? [authorization] : []),
    })
  expect((await call(`Bearer ${access_token}`)).kind).toBe('authenticated')
  expect(await call(`Bearer ${refresh_token}`)).toMatchObject({ refusal: { status: 401 } })
  const answer = await tokens.refresh({ refreshToken: access_token, clientId: 'web' })
  expect(errorOf(answer)).toEqual([400, 'invalid_grant'])
})

test('tokens bound to a DPoP key are of that type and refresh with that key only', async () => {
  const { tokens, login } = createHarness()
  const jkt = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'
  const { token_type, refresh_token: refreshToken } = await login({ jkt })
  expect(token_type).toBe('DPoP')
  const own = { refreshToken, clientId: 'web' }
  expect(errorOf(await tokens.refresh(own))).toEqual([400, 'invalid_grant'])
  expect(bodyOf(await tokens.refresh({ ...own, jkt })).token_type).toBe('DPoP')
})

test('roles of today replace those of the login', async () => {
  let roles = ['admin']
  const { login, renew, claimsOf } = createHarness({
    authorizeRefresh: async () => ({ kind: 'allowed', roles }),
  })
  const first = await login({ roles: ['admin'], claims: { tenant: 7 } })
  roles = ['reader']
  const second = await renew(first.refresh_token)
  expect(await claimsOf(second.access_token)).toMatchObject({ roles: ['reader'], tenant: 7 })
})

test('a user who was locked gets no further token, and the family ends', async () => {
  const seen: unknown[] = []
  const { tokens, login, verdict } = createHarness({
    authorizeRefresh: async ({ subject }) => {
      seen.push(subject)
      return { kind: 'ended' }
    },
  })
  const { access_token, refresh_token: refreshToken } = await login()
  const answer = await tokens.refresh({ refreshToken, clientId: 'web' })
  expect([errorOf(answer), answer.kind === 'refused' && answer.reason]).toEqual([
    [400, 'invalid_grant'],
    'ended',
  ])
  expect([seen, await verdict(access_token)]).toEqual([['user-42'], 'token_denied'])
})

test.each([[undefined], [null], [false], [true], ['ended'], [{}], [{ kind: 'denied' }]])(
  '%j of authorizeRefresh is no yes, and leaves the family as it was',
  async (answer) => {
    let today: unknown = answer
    const { tokens, login, renew } = createHarness({ authorizeRefresh: async () => today as never })
    const { refresh_token: refreshToken } = await login()
    const input = { refreshToken, clientId: 'web' }
    const error = await tokens.refresh(input).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(JwtError)
    expect(error).toMatchObject({ code: 'configuration_invalid' })
    today = { kind: 'allowed' }
    await renew(refreshToken)
  },
)

test.each([
  ['no refresh token', { refreshToken: undefined }],
  ['an empty refresh token', { refreshToken: '' }],
  ['a list', { refreshToken: ['x'] }],
  ['no client', { clientId: undefined }],
  ['an empty client', { clientId: '' }],
])('a request with %s is answered invalid_request', async (_name, changes) => {
  const { tokens, login } = createHarness()
  const { refresh_token: refreshToken } = await login()
  const input = { refreshToken, clientId: 'web', ...changes }
  expect(errorOf(await tokens.refresh(input as never))).toEqual([400, 'invalid_request'])
  const { refreshToken: token, clientId } = input
  if (token !== '') {
    const answer = await tokens.revoke({ token, clientId } as never)
    expect(errorOf(answer)).toEqual([400, 'invalid_request'])
  }
})

test('every invalid_grant reads the same', async () => {
  const { tokens, login, renew, advance } = createHarness()
  const { refresh_token } = await login()
  await renew((await renew(refresh_token)).refresh_token)
  const bodies = new Set<string>()
  const attempts = [
    { refreshToken: 'x', clientId: 'web' },
    { refreshToken: refresh_token, clientId: 'other' },
    { refreshToken: refresh_token, clientId: 'web' },
    { refreshToken: refresh_token, clientId: 'web' },
  ]
  advance(31)
  for (const input of attempts) {
    const { body, status, headers } = await tokens.refresh(input)
    bodies.add(JSON.stringify({ body, status, headers }))
  }
  expect(bodies.size).toBe(1)
})

test('an outage rejects and costs no token', async () => {
  const { tokens, login, renew, store, now } = createHarness()
  const { refresh_token: refreshToken } = await login()
  const broken = createTokenService({
    signer: createSigner({ issuer, audience: orders, key, now }),
    refreshTokens: createRefreshTokens({
      store: { ...store, swap: () => Promise.reject(new Error('down')) },
      now,
    }),
    now,
  })
  await expect(broken.refresh({ refreshToken, clientId: 'web' })).rejects.toMatchObject({
    code: 'store_unavailable',
  })
  const fault = new JwtError('keys_unavailable', 'no key')
  const keyless = createTokenService({
    signer: {
      ttlSeconds: 600,
      issue: () => Promise.reject(fault),
      sign: () => Promise.reject(fault),
    },
    refreshTokens: createRefreshTokens({ store, now }),
    now,
  })
  await expect(keyless.refresh({ refreshToken, clientId: 'web' })).rejects.toBe(fault)
  await renew(refreshToken)
  expect(errorOf(await tokens.refresh({ refreshToken, clientId: 'web' }))).toEqual([200, 'none'])
})

test.each([
  ['signer', undefined],
  ['signer', {}],
  ['refreshTokens', undefined],
  ['refreshTokens', {}],
  ['authorizeRefresh', true],
  ['accessTokens', {}],
  ['accessTokens', { verifier: {} }],
  ['now', 1],
  ['refreshToken', {}],
])('the option %s cannot be %s', (name, value) => {
  const { refreshTokens } = createHarness()
  const signer = createSigner({ issuer, audience: orders, key })
  const options = { signer, refreshTokens, [name]: value }
  expect(misconfiguration(() => createTokenService(options as never))).toContain(name)
})

test('J74 no access token outlives its family, so that none escapes its revocation', async () => {
  const { login, renew, advance, claimsOf } = createHarness({ refresh: { absoluteSeconds: 700 } })
  const { refresh_token: first = '' } = await login()
  advance(690)
  const { access_token: late, expires_in: life } = await renew(first)
  const { exp, iat } = await claimsOf(late)
  expect(life).toBe(10)
  expect(exp - iat).toBe(10)
})
