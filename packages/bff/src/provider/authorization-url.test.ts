import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHarness, type Harness } from '../testing/harness.ts'
import type { ScriptedAnswer } from '../testing/scripted-provider.ts'

let harness: Harness

beforeEach(async () => {
  harness = await createHarness()
  harness.provider.script.metadata = (standard) => ({
    ...standard,
    pushed_authorization_request_endpoint: `${standard.issuer}/par`,
  })
})
afterEach(() => harness.close())

test('B08 where the provider takes pushed requests the browser carries a reference only', async () => {
  const { provider, browser } = harness
  const authorizationUrl = await harness.startLogin('/bff/login?login_hint=bob&max_age=60')
  expect([...new URL(authorizationUrl).searchParams.keys()].sort()).toEqual([
    'client_id',
    'request_uri',
  ])
  const pushed = provider.requests.find(({ endpoint }) => endpoint === '/par')
  expect(pushed?.method).toBe('POST')
  expect(pushed?.headers.authorization).toMatch(/^Basic /)
  expect(pushed?.search).toBe('')
  expect(Object.fromEntries(pushed?.parameters ?? [])).toMatchObject({
    response_type: 'code',
    client_id: provider.clientId,
    code_challenge_method: 'S256',
    redirect_uri: `${harness.origin}/bff/callback`,
    login_hint: 'bob',
    max_age: '60',
    resource: 'https://orders.example',
  })
  const answer = await browser.navigate(harness.callbackPath(authorizationUrl), 'cross-site')
  expect(answer.location).toBe(`${harness.origin}/`)
})

test('B08 every login pushes its own request', async () => {
  const urls = await Promise.all(
    Array.from({ length: 5 }, () => harness.startLogin('/bff/login', harness.newBrowser())),
  )
  const references = urls.map((url) => new URL(url).searchParams.get('request_uri'))
  expect(new Set(references).size).toBe(5)
  expect(harness.provider.count('/par')).toBe(5)
})

const failures: readonly [string, ScriptedAnswer, string][] = [
  [
    'does not know us',
    { status: 401, body: { error: 'invalid_client' } },
    'provider_rejected_client',
  ],
  [
    'does not know us, in a header',
    { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' }, body: '' },
    'provider_rejected_client',
  ],
  ['refuses the request', { status: 400, body: { error: 'invalid_request' } }, 'provider_error'],
  ['refuses the scope', { status: 400, body: { error: 'invalid_scope' } }, 'provider_error'],
  ['is overloaded', { status: 429, body: '' }, 'provider_unavailable'],
  ['is down', { status: 503, body: '<h1>Down</h1>' }, 'provider_unavailable'],
  ['says nonsense', { status: 201, body: 'nonsense' }, 'provider_unavailable'],
  [
    'sends us elsewhere',
    { status: 307, headers: { location: '/par' }, body: '' },
    'provider_unavailable',
  ],
  ['hangs up', 'reset', 'provider_unavailable'],
]
test.each(failures)('B08 a provider that %s ends the login', async (_name, answer, code) => {
  const { provider, browser } = harness
  provider.script.pushedRequest = () => answer
  const refused = await browser.navigate('/bff/login?returnTo=/orders')
  expect(refused.status).toBe(303)
  expect(refused.location).toBe(`${harness.origin}/orders?login_error=${code}`)
  expect(refused.setCookies).toEqual([])
  expect(provider.count('/par')).toBe(1)
  delete provider.script.pushedRequest
  expect((await harness.login()).location).toBe(`${harness.origin}/`)
})
