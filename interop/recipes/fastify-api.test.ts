import { createSigner, createVerifier, generateKey } from '@coatcheck/jwt'
import { expect, onTestFinished, test } from 'vitest'
import { createApi } from './fastify-api.ts'

const issuer = 'https://app.example'
const audience = 'https://orders.example'
const key = await generateKey('ES256')
const signer = createSigner({ issuer, audience, key })

const startApi = async () => {
  const keys = { keys: [key.publicJwk ?? { kty: 'none' }] }
  const app = createApi(createVerifier({ issuer, audience, algorithms: ['ES256'], keys }))
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  return async (headers: [string, string][]) => {
    const response = await fetch(`${url}/orders`, { headers })
    const challenge = response.headers.get('www-authenticate')
    return { status: response.status, challenge, body: await response.json() }
  }
}

const sign = (scope: string) => signer.sign({ subject: 'user-42', clientId: 'web', scope })

test('Fastify serves a token of ours and refuses what the other adapters refuse', async () => {
  const get = await startApi()
  const token = await sign('orders:read')
  expect(await get([['authorization', `Bearer ${token}`]])).toMatchObject({
    status: 200,
    body: { ordersOf: 'user-42' },
  })
  expect(await get([])).toMatchObject({ status: 401, challenge: 'Bearer realm="api"' })
  expect(await get([['authorization', `Bearer ${token}x`]])).toMatchObject({
    status: 401,
    challenge: expect.stringContaining('error="invalid_token"'),
    body: { code: 'invalid_token' },
  })
  expect(await get([['authorization', `Bearer ${await sign('other')}`]])).toMatchObject({
    status: 403,
    challenge: expect.stringContaining('error="insufficient_scope"'),
  })
})
