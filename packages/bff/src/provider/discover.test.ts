import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHarness, type Harness } from '../testing/harness.ts'
import type { Script } from '../testing/scripted-provider.ts'

let harness: Harness

beforeEach(async () => {
  harness = await createHarness()
})
afterEach(() => harness.close())

const events = () => harness.log.map(({ fields }) => fields.event)

test('B05 a provider that does not advertise PKCE is warned of, and the login goes on', async () => {
  harness.provider.script.metadata = ({ code_challenge_methods_supported: _, ...rest }) => rest
  const authorizationUrl = await harness.startLogin()
  expect(new URL(authorizationUrl).searchParams.get('code_challenge_method')).toBe('S256')
  expect(harness.log).toMatchObject([
    { level: 'warn', fields: { event: 'provider.pkce_not_advertised' } },
  ])
  const stranger = await harness.newBrowser().navigate(harness.callbackPath(authorizationUrl))
  expect(stranger.location).toContain('login_error=login_transaction_missing')
  const answer = await harness.browser.navigate(harness.callbackPath(authorizationUrl))
  expect(answer.location).toBe(`${harness.origin}/`)
})

test('B05 without PKCE at the provider a wrong nonce is still refused', async () => {
  const { script } = harness.provider
  script.metadata = (standard) => ({ ...standard, code_challenge_methods_supported: ['plain'] })
  script.idToken = (claims) => ({ ...claims, nonce: 'another' })
  expect((await harness.login()).location).toContain('login_error=id_token_invalid')
  expect(events()).toContain('provider.pkce_not_advertised')
})

test('B05 a provider that advertises S256 is not warned of', async () => {
  await harness.login()
  expect(harness.log.filter(({ level }) => level !== 'info')).toEqual([])
})

const endpoint =
  (name: string, url: string): Script['metadata'] & object =>
  (standard) => ({
    ...standard,
    [name]: url,
  })

const unusable: readonly [string, Script['metadata'] & object][] = [
  ['names another issuer', endpoint('issuer', 'https://evil.example')],
  ['names its issuer with a slash', (standard) => ({ ...standard, issuer: `${standard.issuer}/` })],
  [
    'names its issuer with a path',
    (standard) => ({ ...standard, issuer: `${standard.issuer}/tenant` }),
  ],
  ['names no issuer', ({ issuer: _, ...rest }) => rest],
  ['names an issuer that is no text', (standard) => ({ ...standard, issuer: [standard.issuer] })],
  ['has no authorization endpoint', ({ authorization_endpoint: _, ...rest }) => rest],
  ...[
    'authorization_endpoint',
    'token_endpoint',
    'jwks_uri',
    'pushed_authorization_request_endpoint',
    'revocation_endpoint',
    'end_session_endpoint',
  ].flatMap((name): [string, Script['metadata'] & object][] => [
    [`has its ${name} on plain http`, endpoint(name, 'http://op.example/x')],
    [`has its ${name} in a script`, endpoint(name, 'javascript:alert(1)')],
    [`has its ${name} nowhere`, endpoint(name, '/relative')],
  ]),
]
test.each(unusable)(
  'B35 B122 a provider whose metadata %s is not used',
  async (_name, metadata) => {
    harness.provider.script.metadata = metadata
    const answer = await harness.browser.navigate('/bff/login')
    expect(answer.status).toBe(303)
    expect(answer.location).toBe(`${harness.origin}/?login_error=provider_error`)
    expect(answer.setCookies).toEqual([])
    expect(harness.provider.requests).toHaveLength(1)
  },
)

test('B35 metadata that cannot be used is explained in the log, without its contents', async () => {
  harness.provider.script.metadata = endpoint('issuer', 'https://evil.example')
  await harness.browser.navigate('/bff/login')
  const line = harness.log.find(({ fields }) => fields.event === 'provider.discovery_failed')
  expect(line?.message).toContain('provider.issuer must be spelt exactly')
  expect(line?.fields.code).toBe('provider_error')
  expect(JSON.stringify(harness.log)).not.toContain('evil.example')
})

test('metadata is read once for many logins, and again after a failure', async () => {
  const { provider } = harness
  provider.script.metadata = () => ({ broken: true })
  await harness.browser.navigate('/bff/login')
  delete provider.script.metadata
  await Promise.all(Array.from({ length: 10 }, () => harness.login(harness.newBrowser())))
  expect(provider.count('/.well-known/openid-configuration')).toBe(2)
})

test('a provider that cannot be reached ends the login where it began', async () => {
  await harness.provider.close()
  const answer = await harness.browser.navigate('/bff/login?returnTo=/orders')
  expect(answer.status).toBe(303)
  expect(answer.location).toBe(`${harness.origin}/orders?login_error=provider_unavailable`)
  expect(answer.setCookies).toEqual([])
})

test('a client that takes problems only is told that the provider cannot be reached', async () => {
  await harness.provider.close()
  const answer = await harness.browser.send('/bff/login', {
    headers: { accept: 'application/problem+json' },
  })
  expect(answer.status).toBe(503)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.headers['retry-after']).toBe('5')
  expect(answer.json()).toMatchObject({ code: 'provider_unavailable', retry: 'later' })
  expect(answer.setCookies).toEqual([])
})
