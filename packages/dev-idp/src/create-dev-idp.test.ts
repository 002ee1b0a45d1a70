import { connect } from 'node:net'
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import {
  answerOf,
  appClient,
  authorizationUrl,
  billing,
  discover,
  login,
  orders,
  startEach,
  startIdp,
} from './app.fixture.ts'
import type { DevIdp } from './index.ts'
import { cancelAt, loginAt } from './testing/index.ts'

const start = startEach()

const verify = (idp: DevIdp, token: string, audience: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${idp.issuer}/jwks`)), {
    issuer: idp.issuer,
    audience,
    typ: 'at+jwt',
  })

test('alice logs in by the page and the app receives her name, e-mail address and roles', async () => {
  const idp = await start()
  const { tokens } = await login(idp)
  expect(tokens.claims()).toMatchObject({
    iss: idp.issuer,
    aud: 'app',
    sub: 'alice',
    name: 'Alice Archer',
    email: 'alice@example.com',
    email_verified: true,
    preferred_username: 'alice',
    roles: ['user'],
    acr: 'urn:coatcheck:acr:pwd',
    auth_time: expect.any(Number),
  })
  expect(tokens.refresh_token).toEqual(expect.any(String))
  expect(tokens.expires_in).toBe(300)
})

test('without a resource the access token is opaque and answers userinfo', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp, {}, { username: 'bob' })
  expect(tokens.access_token.split('.')).toHaveLength(1)
  const user = await client.fetchUserInfo(config, tokens.access_token, 'bob')
  expect(user).toMatchObject({ sub: 'bob', name: 'Bob Baker', roles: ['admin'] })
})

test('users, subjects and claims are what the options say', async () => {
  const idp = await start({
    users: [
      { username: 'carol', sub: 'u-17', claims: { name: 'Carol', roles: ['a', 'b'], tenant: 7 } },
    ],
  })
  expect(idp.users).toEqual([{ username: 'carol', sub: 'u-17' }])
  const { tokens } = await login(idp, { scope: 'openid profile' }, { username: 'carol' })
  expect(tokens.claims()).toMatchObject({
    sub: 'u-17',
    name: 'Carol',
    roles: ['a', 'b'],
    tenant: 7,
  })
  expect(tokens.claims()).not.toHaveProperty('email')
})

test.each([
  { audience: orders, scope: 'orders:read', alg: 'ES256' },
  { audience: billing, scope: 'billing:read', alg: 'RS256' },
])(
  'the token for $audience is an at+jwt signed by $alg that verifies against the JWKS',
  async (row) => {
    const idp = await start()
    const { tokens } = await login(idp, { resource: row.audience, scope: `openid ${row.scope}` })
    const { payload, protectedHeader } = await verify(idp, tokens.access_token, row.audience)
    expect(protectedHeader).toMatchObject({ alg: row.alg, typ: 'at+jwt', kid: expect.any(String) })
    expect(payload).toMatchObject({
      sub: 'alice',
      aud: row.audience,
      client_id: 'app',
      scope: row.scope,
      roles: ['user'],
      acr: 'urn:coatcheck:acr:pwd',
      auth_time: expect.any(Number),
      jti: expect.any(String),
      iat: expect.any(Number),
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300)
  },
)

test('the JWKS holds one RS256 and one ES256 key and no private member', async () => {
  const idp = await start()
  const response = await fetch(`${idp.issuer}/jwks`)
  const { keys } = (await response.json()) as { keys: Record<string, unknown>[] }
  expect(keys.map(({ alg, use }) => [alg, use])).toEqual([
    ['RS256', 'sig'],
    ['ES256', 'sig'],
  ])
  for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi']) {
    expect(keys.filter((key) => member in key)).toEqual([])
  }
})

test('a refresh yields a token for any of the resources asked for, with the scopes of that one', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp, {
    resource: [orders, billing],
    scope: 'openid orders:read orders:write billing:read',
  })
  const first = await verify(idp, tokens.access_token, orders)
  expect(first.payload.scope).toBe('orders:read orders:write')

  const forBilling = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', {
    resource: billing,
  })
  expect(forBilling.scope).toBe('billing:read')
  expect((await verify(idp, forBilling.access_token, billing)).payload.scope).toBe('billing:read')

  const forOrders = await client.refreshTokenGrant(config, forBilling.refresh_token ?? '', {
    resource: orders,
    scope: 'orders:write',
  })
  expect((await verify(idp, forOrders.access_token, orders)).payload.scope).toBe('orders:write')
})

test('a resource that was not asked for at login is refused with invalid_target', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp, { resource: orders, scope: 'openid orders:read' })
  const refresh = client.refreshTokenGrant(config, tokens.refresh_token ?? '', {
    resource: billing,
  })
  await expect(refresh).rejects.toMatchObject({ error: 'invalid_target' })
})

test('scopes name their resources where the request does not', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp, { scope: 'openid orders:read billing:read' })
  expect((await verify(idp, tokens.access_token, orders)).payload.scope).toBe('orders:read')
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', {
    scope: 'billing:read',
  })
  expect((await verify(idp, refreshed.access_token, billing)).payload.scope).toBe('billing:read')
})

test.each([
  ['without a code challenge', { code_challenge: '', code_challenge_method: '' }],
  ['with the plain method', { code_challenge_method: 'plain' }],
])('an authorization request %s is refused', async (_case, parameters) => {
  const idp = await start()
  const { url } = await loginAt(authorizationUrl(idp, parameters))
  expect(answerOf(url)).toMatchObject({
    error: 'invalid_request',
    state: 'state-of-the-app',
    iss: idp.issuer,
  })
})

test('a code is refused with a wrong verifier', async () => {
  const idp = await start()
  const config = await discover(idp)
  const { url } = await loginAt(authorizationUrl(idp), { username: 'alice' })
  const exchange = client.authorizationCodeGrant(config, new URL(url), {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: 'state-of-the-app',
  })
  await expect(exchange).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('every answer to the app names the issuer', async () => {
  const idp = await start()
  const { url } = await loginAt(authorizationUrl(idp), { username: 'alice' })
  expect(url).toMatch(/^http:\/\/localhost:4000\/bff\/callback\?/)
  expect(answerOf(url)).toEqual({
    code: expect.any(String),
    state: 'state-of-the-app',
    iss: idp.issuer,
  })
})

test('a refresh rotates the refresh token, and using the old one again kills the whole family', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  const first = tokens.refresh_token ?? ''
  const second = await client.refreshTokenGrant(config, first)
  expect(second.refresh_token).not.toBe(first)

  await expect(client.refreshTokenGrant(config, first)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  await expect(client.refreshTokenGrant(config, second.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  await expect(client.fetchUserInfo(config, second.access_token, 'alice')).rejects.toThrow()
})

test('of parallel refreshes with one token at most one succeeds, and its new token is dead too', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  const used = tokens.refresh_token ?? ''
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => client.refreshTokenGrant(config, used)),
  )
  const won = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value.refresh_token ?? ''] : [],
  )
  expect(won.length).toBeLessThanOrEqual(1)
  for (const token of won) {
    await expect(client.refreshTokenGrant(config, token)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  }
})

test('reuse in one login leaves another login of the same user alone', async () => {
  const idp = await start()
  const one = await login(idp)
  const other = await login(idp, {}, { cookies: one.cookies })
  await client.refreshTokenGrant(one.config, one.tokens.refresh_token ?? '')
  await expect(
    client.refreshTokenGrant(one.config, one.tokens.refresh_token ?? ''),
  ).rejects.toMatchObject({ error: 'invalid_grant' })
  const alive = await client.refreshTokenGrant(other.config, other.tokens.refresh_token ?? '')
  expect(alive.refresh_token).toEqual(expect.any(String))
})

test('a login still refreshes after a thousand newer tokens: nothing alive is evicted', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  const other = await login(idp, {}, {}, config)
  let token = other.tokens.refresh_token ?? ''
  for (let turn = 0; turn < 600; turn += 1) {
    token = (await client.refreshTokenGrant(config, token)).refresh_token ?? ''
  }
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.refresh_token).toEqual(expect.any(String))
}, 30_000)

test('a revoked refresh token is dead', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  await client.tokenRevocation(config, tokens.refresh_token ?? '')
  await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('a pushed authorization request leads to a login', async () => {
  const idp = await start({ clients: [{ ...appClient, requirePar: true }] })
  const config = await discover(idp)
  const pkceCodeVerifier = client.randomPKCECodeVerifier()
  const pushed = await client.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: appClient.redirectUris[0] ?? '',
    scope: 'openid orders:read',
    resource: orders,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  expect([...pushed.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri'])
  const { url } = await loginAt(pushed, { username: 'alice' })
  const tokens = await client.authorizationCodeGrant(config, new URL(url), { pkceCodeVerifier })
  expect((await verify(idp, tokens.access_token, orders)).payload.sub).toBe('alice')
  expect(idp.counts().par).toBe(1)
})

test('a client that must push is refused when it does not', async () => {
  const idp = await start({ clients: [{ ...appClient, requirePar: true }] })
  const { url } = await loginAt(authorizationUrl(idp))
  expect(answerOf(url)).toMatchObject({ error: 'invalid_request' })
})

test.each(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'] as const)(
  'a client authenticates by %s',
  async (method) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const { clientSecret, ...rest } = appClient
    const idp = await start({
      clients: [
        {
          ...rest,
          ...(method.startsWith('client_secret') ? { clientSecret: clientSecret ?? '' } : {}),
          tokenEndpointAuthMethod: method,
          ...(method === 'private_key_jwt' ? { jwks: { keys: [await exportJWK(publicKey)] } } : {}),
        },
      ],
    })
    const auth = {
      client_secret_basic: client.ClientSecretBasic(clientSecret),
      client_secret_post: client.ClientSecretPost(clientSecret),
      private_key_jwt: client.PrivateKeyJwt(privateKey),
      none: client.None(),
    }
    const config = await discover(idp, appClient, auth[method])
    const { tokens } = await login(idp, {}, {}, config)
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.refresh_token).toEqual(expect.any(String))
  },
)

test('a public client may ask for tokens from the origin it is registered for, and from no other', async () => {
  const { clientSecret: _, ...rest } = appClient
  const idp = await start({ clients: [{ ...rest, tokenEndpointAuthMethod: 'none' }] })
  const allowed = async (origin: string) => {
    const response = await fetch(`${idp.issuer}/token`, {
      method: 'POST',
      headers: { origin },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: 'x',
        client_id: 'app',
      }),
    })
    return response.headers.get('access-control-allow-origin')
  }
  expect(await allowed('http://localhost:4000')).toBe('http://localhost:4000')
  expect(await allowed('http://localhost:4001')).toBeNull()
})

test('a wrong client secret is refused', async () => {
  const idp = await start()
  const config = await discover(idp, { ...appClient, clientSecret: 'another' })
  await expect(login(idp, {}, {}, config)).rejects.toMatchObject({
    error: 'invalid_client',
    status: 401,
  })
})

test('a second login in the same browser asks nothing, prompt=login and a max_age that is over ask again', async () => {
  const idp = await start()
  const { cookies } = await loginAt(authorizationUrl(idp), { username: 'alice' })
  const silent = await loginAt(authorizationUrl(idp), { cookies })
  expect(answerOf(silent.url)).toHaveProperty('code')
  for (const parameters of [{ prompt: 'login' }, { max_age: '0' }]) {
    await expect(loginAt(authorizationUrl(idp, parameters), { cookies })).rejects.toMatchObject({
      code: 'page_unexpected',
    })
    const again = await loginAt(authorizationUrl(idp, parameters), { cookies, username: 'alice' })
    expect(answerOf(again.url)).toHaveProperty('code')
  }
})

test('prompt=none answers login_required to a browser that is not logged in', async () => {
  const idp = await start()
  const { url } = await loginAt(authorizationUrl(idp, { prompt: 'none' }))
  expect(answerOf(url)).toMatchObject({ error: 'login_required', state: 'state-of-the-app' })
})

test('prompt=consent asks nothing, and with offline_access the refresh token outlives the login', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp, {
    prompt: 'consent',
    scope: 'openid offline_access',
  })
  await idp.endUserSession('alice')
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.refresh_token).toEqual(expect.any(String))
})

test('the login has the authentication context class that was asked for', async () => {
  const idp = await start()
  const mfa = 'urn:coatcheck:acr:mfa'
  const { tokens } = await login(idp, {
    acr_values: `urn:unknown ${mfa}`,
    resource: orders,
    scope: 'openid orders:read',
  })
  expect(tokens.claims()).toMatchObject({ acr: mfa, amr: ['pwd', 'otp', 'mfa'] })
  expect((await verify(idp, tokens.access_token, orders)).payload.acr).toBe(mfa)
})

test('another account may be chosen at a repeated login, without a script', async () => {
  const idp = await start()
  const alice = await login(idp)
  const bob = await login(idp, { prompt: 'login' }, { username: 'bob', cookies: alice.cookies })
  expect(bob.tokens.claims()?.sub).toBe('bob')
  await expect(
    client.refreshTokenGrant(alice.config, alice.tokens.refresh_token ?? ''),
  ).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('Cancel answers access_denied to the app', async () => {
  const idp = await start()
  const { url } = await cancelAt(authorizationUrl(idp))
  expect(answerOf(url)).toEqual({
    error: 'access_denied',
    error_description: 'the login was cancelled',
    state: 'state-of-the-app',
    iss: idp.issuer,
  })
})

test('lifetimes hold from the start and change for what is issued afterwards', async () => {
  const idp = await start({ lifetimes: { accessTokenSeconds: 7 } })
  const { config, tokens } = await login(idp)
  expect(tokens.expires_in).toBe(7)
  idp.setLifetimes({ accessTokenSeconds: 2, idTokenSeconds: 3 })
  expect(idp.lifetimes()).toMatchObject({ accessTokenSeconds: 2, idTokenSeconds: 3 })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.expires_in).toBe(2)
  const { exp = 0, iat = 0 } = refreshed.claims() ?? {}
  expect(exp - iat).toBe(3)
})

test('requests are counted by endpoint and token requests by grant type', async () => {
  const idp = await start()
  const { config, tokens } = await login(idp)
  await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  await client.fetchUserInfo(config, tokens.access_token, 'alice')
  await client.tokenRevocation(config, tokens.access_token)
  expect(idp.counts()).toEqual({
    discovery: 1,
    jwks: 1,
    par: 0,
    authorize: 1,
    login: 2,
    token: 2,
    'token:authorization_code': 1,
    'token:refresh_token': 1,
    'token:other': 0,
    userinfo: 1,
    revocation: 1,
    end_session: 0,
    other: 1,
  })
  idp.resetCounts()
  expect(new Set(Object.values(idp.counts()))).toEqual(new Set([0]))
})

test('close ends a connection that is kept open, and twice is once', async () => {
  const idp = await startIdp()
  const socket = connect(idp.port, '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  const ended = new Promise((resolve) => socket.once('close', resolve))
  await idp.close()
  await ended
  await idp.close()
  await expect(fetch(`${idp.issuer}/jwks`)).rejects.toThrow()
})
