import { request } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createBrowser } from '../testing/browser.ts'
import { type Served, serve } from '../testing/served.ts'

const token = 'operators-token-of-at-least-32-characters'

const start = async (
  change: (standard: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> = (
    standard,
  ) => standard,
): Promise<Served> => {
  const served = await serve({ file: change })
  onTestFinished(served.close)
  return served
}

const end = (
  { operators }: Served,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(operators)
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: '/admin/sessions',
        method: 'DELETE',
        agent: false,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
          ...headers,
        },
      },
      async (response) => {
        let received = ''
        for await (const chunk of response) received += String(chunk)
        resolve({ status: response.statusCode ?? 0, text: received })
      },
    )
    sent.on('error', reject)
    sent.end(text)
  })

const login = async ({ provider, origin }: Served, subject: string) => {
  const browser = createBrowser(origin)
  const { location } = await browser.navigate('/bff/login')
  const state = provider.authorizationRequest(location).get('state') ?? ''
  const code = provider.issueCode(location, subject)
  const query = new URLSearchParams({ code, state, iss: provider.issuer })
  await browser.navigate(`/bff/callback?${query}`, 'cross-site')
  const { session } = (await browser.get('/bff/session')).json() as {
    readonly session: { readonly sid: string }
  }
  return { browser, sid: session.sid }
}

test('B51 an operator ends one session by its sid, and only that one', async () => {
  const served = await start()
  const first = await login(served, 'alice')
  const second = await login(served, 'alice')
  expect(await end(served, { sid: first.sid })).toEqual({ status: 200, text: '{"ended":1}' })
  const refused = await first.browser.post('/bff/token')
  expect(refused.status).toBe(401)
  expect(refused.json()).toMatchObject({ code: 'session_revoked', reason: 'revoked' })
  expect((await second.browser.post('/bff/token')).status).toBe(200)
  expect((await end(served, { sid: first.sid })).text).toBe('{"ended":0}')
})

test('B51 an operator ends every session of a user, in every process', async () => {
  const served = await start()
  const other = await start((standard) => ({
    ...standard,
    publicUrl: served.origin,
    provider: {
      issuer: served.provider.issuer,
      clientId: served.provider.clientId,
      clientSecret: served.provider.clientSecret,
    },
    store: { path: `${served.folder}/coatcheck.sqlite` },
  }))
  const alice = [await login(served, 'alice'), await login(served, 'alice')]
  const bob = await login(served, 'bob')
  expect((await end(other, { subject: 'alice' })).text).toBe('{"ended":2}')
  for (const { browser } of alice) expect((await browser.post('/bff/token')).status).toBe(401)
  expect((await bob.browser.post('/bff/token')).status).toBe(200)
  expect(other.lines.join('')).toContain('"event":"session.revoked"')
  expect(other.lines.join('')).not.toContain('alice')
})

const malformed: readonly (readonly [string, unknown, Readonly<Record<string, string>>, number])[] =
  [
    ['nobody', {}, {}, 400],
    ['a sid and a subject', { sid: 'x', subject: 'y' }, {}, 400],
    ['an unknown member', { sid: 'x', all: true }, {}, 400],
    ['an empty subject', { subject: '' }, {}, 400],
    ['a subject that is a list', { subject: ['alice'] }, {}, 400],
    ['what is no JSON', '{', {}, 400],
    ['a form', 'subject=alice', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['a megabyte', JSON.stringify({ subject: 'x'.repeat(1_000_000) }), {}, 413],
    ['a page', { subject: 'alice' }, { origin: 'http://localhost:3000' }, 403],
    ['a name that leads to this machine', { subject: 'alice' }, { host: 'evil.example' }, 403],
  ]

test('B51 what is malformed, or sent by a page, ends nothing', async () => {
  const served = await start()
  const alice = await login(served, 'alice')
  for (const [name, body, headers, status] of malformed) {
    expect((await end(served, body, headers)).status, name).toBe(status)
    expect((await alice.browser.post('/bff/token')).status, name).toBe(200)
  }
})

test('B51 where there is a token nobody ends sessions without it', async () => {
  const served = await start((standard) => ({
    ...standard,
    operators: { port: 0, bearerToken: token },
  }))
  const alice = await login(served, 'alice')
  expect((await end(served, { subject: 'alice' })).status).toBe(401)
  expect((await alice.browser.post('/bff/token')).status).toBe(200)
  const authorized = await end(served, { subject: 'alice' }, { authorization: `Bearer ${token}` })
  expect(authorized.text).toBe('{"ended":1}')
})
