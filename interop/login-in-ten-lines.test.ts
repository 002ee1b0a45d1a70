import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createDenyList, createRemoteKeySet, createVerifier } from '@coatcheck/jwt'
import { createMemoryStore } from '@coatcheck/store'
import { expect, onTestFinished, test } from 'vitest'
import { createLogin } from './login-in-ten-lines.ts'

const issuer = 'https://app.example'
const audience = 'https://orders.example'

const startLogin = async () => {
  const store = createMemoryStore()
  const app = createLogin({
    issuer,
    audience,
    store,
    sealingKeys: [randomBytes(32).toString('base64url')],
    checkPassword: async (body) => {
      const { password } = (body ?? {}) as { readonly password?: unknown }
      return password === 'open sesame' ? { id: 'user-42', roles: ['reader'] } : undefined
    },
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const verifier = createVerifier({
    issuer,
    audience,
    algorithms: ['ES256'],
    keys: createRemoteKeySet(`${base}/.well-known/jwks.json`),
    denyList: createDenyList({ store }),
  })
  const post = async (path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' }
    const init = body === undefined ? {} : { headers, body: JSON.stringify(body) }
    const response = await fetch(`${base}${path}`, { method: 'POST', ...init })
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, body: isJson ? await response.json() : undefined, response }
  }
  return { post, verifier }
}

test('a login with the right password gives a pair, and an API accepts its access token', async () => {
  const { post, verifier } = await startLogin()
  const { status, body, response } = await post('/login', { password: 'open sesame' })
  expect([status, response.headers.get('cache-control')]).toEqual([200, 'no-store'])
  expect((await verifier.verify(body.access_token)).claims).toMatchObject({
    sub: 'user-42',
    roles: ['reader'],
    scope: 'orders:read',
  })
})

test('a wrong password, and no body at all, give nothing', async () => {
  const { post } = await startLogin()
  expect(await post('/login', { password: 'x' })).toMatchObject({ status: 401, body: undefined })
  expect(await post('/login')).toMatchObject({ status: 401, body: undefined })
  expect(await post('/token')).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
  expect(await post('/logout')).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
})

test('a refresh gives the next pair, and after logout neither token is worth anything', async () => {
  const { post, verifier } = await startLogin()
  const first = (await post('/login', { password: 'open sesame' })).body
  const { status, body } = await post('/token', { refresh_token: first.refresh_token })
  expect(status).toBe(200)
  expect(body.refresh_token).not.toBe(first.refresh_token)
  expect((await post('/logout', { refresh_token: body.refresh_token })).status).toBe(200)
  expect(await post('/token', { refresh_token: body.refresh_token })).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  })
  for (const { access_token } of [first, body]) {
    await expect(verifier.verify(access_token)).rejects.toMatchObject({ code: 'token_denied' })
  }
})
