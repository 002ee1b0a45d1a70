import { request } from 'node:http'
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { appClient, startEach, startIdp } from './app.fixture.ts'
import { createDevIdp, type DevIdpOptions } from './index.ts'

const start = startEach()

test('B126 with NODE_ENV=production it does not start and says why', async () => {
  const starting = startIdp({ env: { NODE_ENV: 'production' } })
  await expect(starting).rejects.toMatchObject({
    name: 'DevIdpError',
    code: 'production_refused',
    message: expect.stringContaining('NODE_ENV=production: it logs anyone in as anyone'),
  })
})

test.each([undefined, '', 'development', 'test'])('it starts with NODE_ENV=%s', async (value) => {
  const idp = await start({ env: { NODE_ENV: value } })
  expect(idp.port).toBeGreaterThan(0)
})

test.each([
  '0.0.0.0',
  '::',
  '',
  '10.0.0.1',
  '192.168.1.10',
  '128.0.0.1',
  '127.0.0.1.example.com',
  '127.1',
  'localhost',
  'example.com',
  '::ffff:10.0.0.1',
])('B126 the host "%s" is not a loopback address and is refused', async (host) => {
  await expect(startIdp({ host })).rejects.toMatchObject({ code: 'host_not_loopback' })
})

test('B126 it listens on loopback and on none of the other addresses of this machine', async () => {
  const idp = await start()
  expect(idp.issuer).toBe(`http://127.0.0.1:${idp.port}`)
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
  for (const { address } of others) {
    await expect(fetch(`http://${address}:${idp.port}/jwks`)).rejects.toThrow('fetch failed')
  }
})

test('B126 a request by another name for this machine is refused', async () => {
  const idp = await start()
  const status = await new Promise((resolve, reject) => {
    request(
      { host: '127.0.0.1', port: idp.port, path: '/jwks', headers: { host: `rebound.example` } },
      (response) => {
        response.resume()
        resolve(response.statusCode)
      },
    )
      .on('error', reject)
      .end()
  })
  expect(status).toBe(421)
})

test('another address of 127/8 is listened on and is the issuer', async () => {
  const idp = await start({ host: '127.0.0.2' })
  const response = await fetch(`${idp.issuer}/.well-known/openid-configuration`)
  expect(await response.json()).toMatchObject({ issuer: `http://127.0.0.2:${idp.port}` })
})

test('a busy port is named, and the way out', async () => {
  const { port } = await start()
  await expect(startIdp({ port })).rejects.toMatchObject({
    code: 'port_in_use',
    message: `Port ${port} is in use by another program. Stop it, or choose another port (0 takes any free one).`,
  })
})

const broken = (options: object) => options as Partial<DevIdpOptions>

test.each<[string, Partial<DevIdpOptions>, string]>([
  ['an option', broken({ prot: 1 }), 'createDevIdp has no option "prot". Did you mean "port"?'],
  [
    'a user',
    broken({ users: [{ userName: 'x' }] }),
    'A user has no option "userName". Did you mean "username"?',
  ],
  [
    'a client',
    broken({ clients: [{ ...appClient, redirectUri: 'x' }] }),
    'A client has no option "redirectUri". Did you mean "redirectUris"?',
  ],
  [
    'a resource',
    broken({ resources: [{ audience: 'https://a.example', scopes: 'x' }] }),
    'A resource has no option "scopes". Did you mean "scope"?',
  ],
  [
    'a lifetime',
    broken({ lifetimes: { accessTokenSecond: 1 } }),
    'The option "lifetimes" has no option "accessTokenSecond". Did you mean "accessTokenSeconds"?',
  ],
])(
  '%s with an unknown name is refused with the nearest known one',
  async (_case, options, message) => {
    await expect(startIdp(options)).rejects.toMatchObject({ code: 'option_unknown', message })
  },
)

test.each<[string, Partial<DevIdpOptions>, string]>([
  ['a port out of range', { port: 65_536 }, 'from 0 to 65535'],
  ['no client', { clients: [] }, 'at least one client'],
  ['a client without id', { clients: [{ ...appClient, clientId: '' }] }, 'needs a clientId'],
  ['two clients of one id', { clients: [appClient, appClient] }, 'same clientId'],
  [
    'a client without redirectUris',
    { clients: [{ ...appClient, redirectUris: [] }] },
    'redirectUris',
  ],
  [
    'a client without its secret',
    { clients: [{ clientId: 'app', redirectUris: ['http://localhost/cb'] }] },
    'needs clientSecret for client_secret_basic',
  ],
  [
    'private_key_jwt without jwks',
    { clients: [{ ...appClient, tokenEndpointAuthMethod: 'private_key_jwt' }] },
    'needs jwks',
  ],
  [
    'an unknown method',
    broken({ clients: [{ ...appClient, tokenEndpointAuthMethod: 'basic' }] }),
    'unknown tokenEndpointAuthMethod',
  ],
  [
    'a redirect URI with a fragment',
    { clients: [{ ...appClient, redirectUris: ['http://localhost/#x'] }] },
    'The client "app" cannot be used: redirect_uris must not contain fragments',
  ],
  ['no user', { users: [] }, 'at least one user'],
  [
    'two users of one name',
    { users: [{ username: 'a' }, { username: 'a', sub: 'b' }] },
    'username',
  ],
  ['two users of one subject', { users: [{ username: 'a' }, { username: 'b', sub: 'a' }] }, 'sub'],
  [
    'roles that are no list',
    broken({ users: [{ username: 'a', claims: { roles: 'x' } }] }),
    'roles',
  ],
  ['a relative audience', { resources: [{ audience: 'orders', scope: 'x' }] }, 'absolute URI'],
  [
    'no scope',
    { resources: [{ audience: 'https://a.example', scope: ' ' }] },
    'at least one scope',
  ],
  [
    'one audience twice',
    {
      resources: [
        { audience: 'https://a.example', scope: 'x' },
        { audience: 'https://a.example', scope: 'y' },
      ],
    },
    'same audience',
  ],
  ['a lifetime of 0', { lifetimes: { accessTokenSeconds: 0 } }, 'at least 1'],
  ['a fault without kind', broken({ faults: [{}] }), 'needs a kind'],
])('%s is refused', async (_case, options, message) => {
  await expect(startIdp(options)).rejects.toMatchObject({
    code: 'option_invalid',
    message: expect.stringContaining(message),
  })
})

test('options that are no object are refused', async () => {
  await expect(createDevIdp(undefined as unknown as DevIdpOptions)).rejects.toMatchObject({
    code: 'option_invalid',
  })
})

test('no refusal repeats a secret', async () => {
  const starting = startIdp({
    clients: [{ ...appClient, redirectUris: ['not a uri'], clientSecret: 'do-not-repeat-me' }],
  })
  const refusal = await starting.catch((error: Error) => error)
  expect(String((refusal as Error).stack)).not.toContain('do-not-repeat-me')
})
