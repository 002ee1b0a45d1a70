import { createServer } from 'node:http'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { answerOf, appClient, authorizationUrl, discover, login, startEach } from './app.fixture.ts'
import { loginAt, logoutAt } from './testing/index.ts'

const start = startEach()

test.each([
  ['with id_token_hint', true],
  ['without id_token_hint', false],
])('a logout %s leads straight back to the app and ends the login', async (_case, hinted) => {
  const idp = await start()
  const { config, tokens, cookies } = await login(idp)
  const url = client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: appClient.postLogoutRedirectUris?.[0] ?? '',
    state: 'bye',
    ...(hinted ? { id_token_hint: tokens.id_token ?? '' } : {}),
  })
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
  })
  expect(response.status).toBe(303)
  expect(response.headers.get('location')).toBe(
    'http://localhost:4000/bff/logout/callback?state=bye',
  )
  await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
  const left = await logoutAt(url, { cookies })
  const next = await loginAt(authorizationUrl(idp, { prompt: 'none' }), { cookies: left.cookies })
  expect(answerOf(next.url)).toMatchObject({ error: 'login_required' })
})

test('a logout of nobody leads back to the app too', async () => {
  const idp = await start()
  const config = await discover(idp)
  const { url } = await logoutAt(
    client.buildEndSessionUrl(config, {
      post_logout_redirect_uri: appClient.postLogoutRedirectUris?.[0] ?? '',
    }),
  )
  expect(url).toBe('http://localhost:4000/bff/logout/callback')
})

test('a logout never leads to an address that is not registered', async () => {
  const idp = await start()
  const config = await discover(idp)
  const url = client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: 'http://localhost:4000/elsewhere',
  })
  const response = await fetch(url, { redirect: 'manual', headers: { accept: 'text/html' } })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('post_logout_redirect_uri not registered')
})

test('a logout that names no way back asks first, then says so', async () => {
  const idp = await start()
  const { cookies } = await login(idp)
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const asked = await fetch(`${idp.issuer}/logout`, { headers: { cookie } })
  const page = await asked.text()
  expect(page).toContain('Log out?')
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const confirmed = await fetch(`${idp.issuer}/logout/confirm`, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams({ xsrf, logout: 'yes' }),
  })
  expect(await confirmed.text()).toContain('You are logged out')
})

interface Receiver {
  readonly url: string
  readonly received: string[]
  close(): void
}

const startReceiver = (status: number): Promise<Receiver> =>
  new Promise((resolve) => {
    const received: string[] = []
    const server = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      received.push(new URLSearchParams(body).get('logout_token') ?? '')
      response.writeHead(status).end()
    })
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      const close = () => void server.close()
      resolve({ url: `http://127.0.0.1:${port}/bff/backchannel-logout`, received, close })
    })
  })

test('endUserSession kills the tokens and delivers a logout token to every client that took part', async () => {
  const receiver = await startReceiver(200)
  const idp = await start({ clients: [{ ...appClient, backchannelLogoutUri: receiver.url }] })
  const { config, tokens } = await login(idp)
  const ended = await idp.endUserSession('alice')
  receiver.close()
  expect(ended).toEqual({ sessions: 1, delivered: 1, failed: 0 })
  const { payload, protectedHeader } = await jwtVerify(
    receiver.received[0] ?? '',
    createRemoteJWKSet(new URL(`${idp.issuer}/jwks`)),
    { issuer: idp.issuer, audience: 'app', typ: 'logout+jwt' },
  )
  expect(protectedHeader.alg).toBe('RS256')
  expect(payload).toMatchObject({
    sub: 'alice',
    sid: tokens.claims()?.sid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    jti: expect.any(String),
  })
  expect(payload.sid).toEqual(expect.any(String))
  expect(payload).not.toHaveProperty('nonce')
  await expect(client.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('a logout at the provider delivers a logout token as well', async () => {
  const receiver = await startReceiver(204)
  const idp = await start({ clients: [{ ...appClient, backchannelLogoutUri: receiver.url }] })
  const { config, tokens, cookies } = await login(idp)
  const url = client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: appClient.postLogoutRedirectUris?.[0] ?? '',
    id_token_hint: tokens.id_token ?? '',
  })
  await logoutAt(url, { cookies })
  receiver.close()
  expect(receiver.received).toHaveLength(1)
})

test('a logout token nobody takes is logged by client and status, without its address', async () => {
  const receiver = await startReceiver(400)
  const log: string[] = []
  const idp = await start({
    clients: [{ ...appClient, backchannelLogoutUri: receiver.url }],
    log: ({ level, event, message }) => log.push(`${level} ${event} ${message}`),
  })
  await login(idp)
  expect(await idp.endUserSession('alice')).toEqual({ sessions: 1, delivered: 0, failed: 1 })
  receiver.close()
  expect(log).toEqual([
    'warn backchannel_logout_failed The logout token for the client "app" was not delivered: it answered 400.',
  ])
})

test('revokeGrants makes the next refresh answer invalid_grant, for the person named', async () => {
  const idp = await start()
  const alice = await login(idp)
  const bob = await login(idp, {}, { username: 'bob' })
  expect(idp.revokeGrants({ sub: 'alice' })).toBe(1)
  await expect(
    client.refreshTokenGrant(alice.config, alice.tokens.refresh_token ?? ''),
  ).rejects.toMatchObject({ error: 'invalid_grant' })
  const alive = await client.refreshTokenGrant(bob.config, bob.tokens.refresh_token ?? '')
  expect(idp.revokeGrants()).toBe(1)
  await expect(
    client.refreshTokenGrant(bob.config, alive.refresh_token ?? ''),
  ).rejects.toMatchObject({ error: 'invalid_grant' })
})
