import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK } from 'jose'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BffOptions } from '../options.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import type { ScriptedAnswer } from '../testing/scripted-provider.ts'

let harness: Harness
let recording: RecordingStore

const start = (bff: (standard: BffOptions) => BffOptions = (standard) => standard) =>
  createHarness({
    bff,
    store: (now) => {
      recording = createRecordingStore(now)
      return recording
    },
  })

beforeEach(async () => {
  harness = await start()
})
afterEach(() => harness.close())

const sessions = () => recording.written.filter(({ key }) => key.startsWith('session:'))
const tokenRequests = () =>
  harness.provider.requests.filter(({ endpoint }) => endpoint === '/token')

const html = { 'content-type': 'text/html' }

const answers: readonly [string, ScriptedAnswer, string][] = [
  [
    'is down with HTML',
    { status: 503, headers: html, body: '<h1>Down</h1>' },
    'provider_unavailable',
  ],
  ['is down with nothing', { status: 502, body: '' }, 'provider_unavailable'],
  [
    'is down with an OAuth error',
    { status: 500, body: { error: 'server_error' } },
    'provider_unavailable',
  ],
  [
    'is down and blames the grant',
    { status: 503, body: { error: 'invalid_grant' } },
    'provider_unavailable',
  ],
  [
    'is overloaded',
    { status: 429, headers: { 'retry-after': '30' }, body: '' },
    'provider_unavailable',
  ],
  ['is overloaded, in JSON', { status: 429, body: { error: 'slow_down' } }, 'provider_unavailable'],
  [
    'is overloaded for now',
    { status: 400, body: { error: 'temporarily_unavailable' } },
    'provider_unavailable',
  ],
  ['answers HTML with 200', { headers: html, body: '<h1>Hello</h1>' }, 'provider_unavailable'],
  ['answers half of a JSON text', { body: '{"access_token":"a' }, 'provider_unavailable'],
  ['answers nothing with 200', { body: '' }, 'provider_unavailable'],
  ['hangs up', 'reset', 'provider_unavailable'],
  [
    'does not know us',
    { status: 401, body: { error: 'invalid_client' } },
    'provider_rejected_client',
  ],
  [
    'does not know us with 400',
    { status: 400, body: { error: 'invalid_client' } },
    'provider_rejected_client',
  ],
  [
    'lets us not do this',
    { status: 400, body: { error: 'unauthorized_client' } },
    'provider_rejected_client',
  ],
  [
    'challenges us',
    { status: 401, headers: { ...html, 'www-authenticate': 'Basic realm="op"' }, body: 'no' },
    'provider_rejected_client',
  ],
  ['does not know the code', { status: 400, body: { error: 'invalid_grant' } }, 'provider_error'],
  [
    'does not know the resource',
    { status: 400, body: { error: 'invalid_target' } },
    'provider_error',
  ],
  ['says something of its own', { status: 400, body: { error: 'E1001' } }, 'provider_error'],
  ['answers a list', { body: [] }, 'id_token_invalid'],
  ['answers an empty object', { body: {} }, 'id_token_invalid'],
  ['sends an access token that is no text', { body: { access_token: 7 } }, 'id_token_invalid'],
]
test.each(answers)('B30 a provider that %s ends the login', async (_name, answer, code) => {
  harness.provider.script.token = () => answer
  const answered = await harness.login()
  expect(answered.status).toBe(303)
  expect(answered.location).toBe(`${harness.origin}/?login_error=${code}`)
  expect([...harness.browser.jar]).toEqual([])
  expect(sessions()).toEqual([])
  expect(tokenRequests()).toHaveLength(1)
  delete harness.provider.script.token
  expect((await harness.login()).location).toBe(`${harness.origin}/`)
})

test.each([
  ['provider_unavailable', 503, { status: 503, body: '' }],
  ['provider_rejected_client', 502, { status: 401, body: { error: 'invalid_client' } }],
  ['provider_error', 502, { status: 400, body: { error: 'invalid_grant' } }],
  ['id_token_invalid', 400, { body: {} }],
] as const)('a client that takes problems only is told %s with %i', async (code, status, token) => {
  harness.provider.script.token = () => token
  const { browser } = harness
  const path = harness.callbackPath(await harness.startLogin())
  const cookie = [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const answer = await browser.send(path, {
    headers: { cookie, accept: 'application/problem+json' },
  })
  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(answer.location).toBe('')
  expect(answer.json()).toMatchObject({ type: `urn:coatcheck:problem:${code}`, code, status })
})

test('a provider that does not answer in time is unavailable', async () => {
  await harness.close()
  harness = await start((standard) => ({
    ...standard,
    provider: { ...standard.provider, timeoutMs: 1_500 },
  }))
  harness.provider.script.token = () => 'hang'
  const answer = await harness.login()
  expect(answer.location).toBe(`${harness.origin}/?login_error=provider_unavailable`)
  expect(tokenRequests()).toHaveLength(1)
})

const keySets: readonly [string, ScriptedAnswer, string][] = [
  ['is down', { status: 503, body: '' }, 'provider_unavailable'],
  ['is HTML', { headers: html, body: '<h1>Hello</h1>' }, 'provider_unavailable'],
  ['hangs up', 'reset', 'provider_unavailable'],
  [
    'has moved',
    { status: 302, headers: { location: '/elsewhere' }, body: '' },
    'provider_unavailable',
  ],
  ['holds no key', { body: { keys: [] } }, 'id_token_invalid'],
]
test.each(keySets)('B30 while the key set %s nobody logs in', async (_name, jwks, code) => {
  harness.provider.script.jwks = () => jwks
  expect((await harness.login()).location).toBe(`${harness.origin}/?login_error=${code}`)
  expect(sessions()).toEqual([])
  expect(harness.provider.count('/elsewhere')).toBe(0)
})

test('B30 when the key set is back the next login works', async () => {
  harness.provider.script.jwks = () => ({ status: 503, body: '' })
  await harness.login()
  delete harness.provider.script.jwks
  expect((await harness.login()).location).toBe(`${harness.origin}/`)
})

test.each([301, 302, 303, 307, 308])(
  'B37 a token endpoint that answers %i gets the secret, and nobody else does',
  async (status) => {
    let hits = 0
    const trap = createServer((_request, response) => {
      hits += 1
      response.end()
    })
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
    const location = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/token`
    harness.provider.script.token = () => ({ status, headers: { location }, body: '' })
    const answer = await harness.login()
    expect(answer.location).toBe(`${harness.origin}/?login_error=provider_unavailable`)
    expect(hits).toBe(0)
    expect(tokenRequests()).toHaveLength(1)
    trap.close()
  },
)

test('B37 metadata that has moved is not looked for elsewhere', async () => {
  const visited: string[] = []
  await harness.close()
  harness = await start((standard) => ({
    ...standard,
    fetch: async (input, init) => {
      visited.push(new URL(String(input)).pathname)
      const moved = new Response(null, { status: 302, headers: { location: '/elsewhere' } })
      return init?.redirect === 'manual' ? moved : Response.error()
    },
  }))
  const answer = await harness.browser.navigate('/bff/login')
  expect(answer.location).toBe(`${harness.origin}/?login_error=provider_unavailable`)
  expect(visited).toEqual(['/.well-known/openid-configuration'])
})

test('B01 a wrong client secret is told from a provider that is down', async () => {
  await harness.close()
  harness = await start((standard) => ({
    ...standard,
    provider: { ...standard.provider, clientSecret: 'not-the-secret' },
  }))
  const answer = await harness.login()
  expect(answer.location).toBe(`${harness.origin}/?login_error=provider_rejected_client`)
  expect(JSON.stringify(harness.log)).not.toContain('not-the-secret')
})

test.each(['client_secret_basic', 'client_secret_post'] as const)(
  'B01 the client authenticates by %s, never in a URL',
  async (clientAuth) => {
    await harness.close()
    harness = await start((standard) => ({
      ...standard,
      provider: { ...standard.provider, clientAuth },
    }))
    expect((await harness.login()).location).toBe(`${harness.origin}/`)
    const [request] = tokenRequests()
    const isBasic = clientAuth === 'client_secret_basic'
    expect(request?.headers.authorization?.startsWith('Basic ') ?? false).toBe(isBasic)
    expect(request?.parameters.has('client_secret')).toBe(!isBasic)
    expect(harness.provider.requests.map(({ search }) => search).join('')).toBe('')
  },
)

const clientKeys: readonly [string, () => Promise<{ privateKey: JWK; publicKey: JWK }>][] = [
  'ES256',
  'RS256',
  'PS256',
  'EdDSA',
].map((alg) => [
  alg,
  async () => {
    const pair = await generateKeyPair(alg, { extractable: true })
    const marks = { kid: 'client-1', alg }
    return {
      privateKey: { ...(await exportJWK(pair.privateKey)), ...marks },
      publicKey: { ...(await exportJWK(pair.publicKey)), ...marks },
    }
  },
])
test.each(clientKeys)(
  'B89 the client authenticates by private_key_jwt with %s',
  async (alg, make) => {
    const { privateKey, publicKey } = await make()
    await harness.close()
    harness = await start((standard) => {
      const { issuer, clientId } = standard.provider
      return { ...standard, provider: { issuer, clientId, privateKey } }
    })
    harness.provider.script.clientKey = publicKey
    expect((await harness.login()).location).toBe(`${harness.origin}/`)
    expect((await harness.login()).location).toBe(`${harness.origin}/`)
    const requests = tokenRequests()
    const assertions = requests.map(({ parameters }) => parameters.get('client_assertion') ?? '')
    expect(assertions.map((jwt) => decodeProtectedHeader(jwt))).toMatchObject([
      { alg: alg === 'EdDSA' ? 'Ed25519' : alg, kid: 'client-1' },
      { kid: 'client-1' },
    ])
    const claims = assertions.map((jwt) => decodeJwt(jwt))
    expect(claims[0]).toMatchObject({
      iss: harness.provider.clientId,
      sub: harness.provider.clientId,
      aud: harness.provider.issuer,
    })
    expect(claims[0]?.jti).not.toBe(claims[1]?.jti)
    expect((claims[0]?.exp ?? 0) - (claims[0]?.iat ?? 0)).toBeLessThanOrEqual(60)
    expect(
      requests.every(({ headers, search }) => headers.authorization === undefined && search === ''),
    ).toBe(true)
    const parameters = requests.flatMap((request) => [...request.parameters.keys()])
    expect(parameters).not.toContain('client_secret')
  },
)

test('B89 a key that is not registered is told from a provider that is down', async () => {
  const [, make] = clientKeys[0] ?? []
  const [ours, theirs] = await Promise.all([make?.(), make?.()])
  await harness.close()
  harness = await start((standard) => {
    const { issuer, clientId } = standard.provider
    return { ...standard, provider: { issuer, clientId, privateKey: ours?.privateKey ?? {} } }
  })
  harness.provider.script.clientKey = theirs?.publicKey ?? {}
  const answer = await harness.login()
  expect(answer.location).toBe(`${harness.origin}/?login_error=provider_rejected_client`)
})

test('B124 nothing secret of a failed login is in the log', async () => {
  harness.provider.script.token = async (_request, standard) => ({
    status: 400,
    body: { ...(await standard()), error: 'invalid_grant', error_description: 'secret words' },
  })
  const path = harness.callbackPath(await harness.startLogin())
  await harness.browser.navigate(path, 'cross-site')
  harness.provider.script.idToken = (claims) => ({ ...claims, aud: 'another' })
  harness.provider.script.token = async (_request, standard) => ({ body: await standard() })
  await harness.login()
  const log = JSON.stringify(harness.log)
  expect(harness.log.filter(({ fields }) => fields.event === 'login.failed')).toHaveLength(2)
  expect([...harness.provider.issued].filter((secret) => log.includes(secret))).toEqual([])
  const { state = '-' } = Object.fromEntries(new URL(path, harness.origin).searchParams)
  expect(log).not.toContain(state)
  expect(log).not.toContain('secret words')
  expect(log).not.toContain(harness.provider.clientSecret)
  expect(log).not.toContain('alice')
})
