// @vitest-environment node
import { generateKeyPairSync, sign } from 'node:crypto'
import { createVerifier } from '@coatcheck/jwt'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, expect, test } from 'vitest'
import { setUpFakeSession } from './index.ts'

const names = ['api', 'a.b.c', 'eyJhbGciOiJub25lIn0', 'Ünïcode, and more']
await setUpFakeSession(
  setupServer,
  { afterEach, afterAll },
  { resources: Object.fromEntries(names.map((name) => [name, { scope: 'read' }])) },
)

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256' }
const issuer = 'https://login.example'
const audience = 'https://api.example'

/** As an API of the app would verify its tokens. */
const verifier = createVerifier({
  issuer,
  audience,
  algorithms: ['ES256'],
  keys: { keys: [jwk] } as never,
})

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const makeRealToken = (): string => {
  const seconds = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, aud: audience, sub: 'alice', client_id: 'app', jti: 'one' }
  const times = { iat: seconds, exp: seconds + 300 }
  const content = `${encode({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })}.${encode({ ...claims, ...times })}`
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`
}

const obtain = async (resource: string): Promise<string> => {
  const headers = { 'x-csrf': '1', 'content-type': 'application/json' }
  const body = JSON.stringify({ resource })
  const answer = await fetch('http://localhost/bff/token', { method: 'POST', headers, body })
  return ((await answer.json()) as { readonly access_token: string }).access_token
}

test('C27 the verifier takes a real token of its issuer', async () => {
  expect((await verifier.verify(makeRealToken())).claims.sub).toBe('alice')
})

test.each(names)('C27 the fake token of the resource "%s" is refused by it', async (name) => {
  const token = await obtain(name)
  expect(token).toMatch(/^fake\.\w+-\d+$/)
  await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'token_malformed' })
})
