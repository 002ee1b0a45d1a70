import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import { makeRequest } from '../testing/guarded-request.ts'
import { makeVerifier, misconfiguration } from '../testing/refusal.ts'
import { makeToken } from '../testing/tokens.ts'
import { authenticate } from './authenticate.ts'
import type { CookieOptions } from './cookie.ts'

const verifier = makeVerifier()
const name = '__Host-token'
const csrf = { origin: 'https://app.example' }
const token = makeToken()

const setUp = (changes: Partial<CookieOptions> = {}) =>
  authenticate({ verifier, cookie: { name, csrf, ...changes } })

const own = { 'x-csrf': '1', 'sec-fetch-site': 'same-origin' }

test('J84 a cookie is read only where the option names it', async () => {
  const request = makeRequest({ ...own, cookie: `${name}=${token}` })
  expect((await setUp()(request)).kind).toBe('authenticated')
  expect((await setUp({ name: 'token' })(request)).kind).toBe('refused')
  expect((await authenticate({ verifier })(request)).kind).toBe('refused')
})

test.each(['GET', 'HEAD', 'OPTIONS', 'POST', 'DELETE', 'get', ''])(
  'J84 the defence holds for the method %j',
  async (method) => {
    const cookie = `${name}=${token}`
    const forged = [{ cookie }, { cookie, 'x-csrf': '1' }, { ...own, cookie, 'x-csrf': '' }]
    for (const headers of forged) {
      const outcome = await setUp()(makeRequest(headers, { method }))
      expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'csrf_rejected' } })
    }
    const outcome = await setUp()(makeRequest({ ...own, cookie }, { method }))
    expect(outcome.kind).toBe('authenticated')
  },
)

test('J84 nothing is verified of a cookie that the app did not send', async () => {
  let calls = 0
  const guard = authenticate({
    verifier: {
      verify: (value) => {
        calls += 1
        return verifier.verify(value)
      },
    },
    cookie: { name, csrf },
  })
  await guard(makeRequest({ cookie: `${name}=${token}` }))
  expect(calls).toBe(0)
})

test('J84 the header that shows the sender can be named, and several origins can be own', async () => {
  const guard = setUp({
    csrf: { header: 'X-Requested-By', origin: ['https://a.example', 'https://b.example'] },
  })
  const send = (headers: Record<string, string>) =>
    guard(makeRequest({ cookie: `${name}=${token}`, ...headers }))
  const accepted = { 'x-requested-by': '1', origin: 'https://b.example' }
  expect((await send(accepted)).kind).toBe('authenticated')
  expect((await send({ ...accepted, origin: 'https://c.example' })).kind).toBe('refused')
  expect((await send({ ...own, origin: 'https://b.example' })).kind).toBe('refused')
})

test.each([
  [{}, 'csrf'],
  [{ name }, 'csrf'],
  [{ name, csrf: true }, 'csrf'],
  [{ name, csrf: 'off' }, 'csrf'],
  [{ name, csrf: {} }, 'cookie.csrf.origin'],
  [{ name, csrf: { origin: '*' } }, 'cookie.csrf.origin'],
  [{ name, csrf: { origin: 'https://app.example/' } }, 'cookie.csrf.origin'],
  [{ name, csrf: { origin: 'null' } }, 'cookie.csrf.origin'],
  [{ name, csrf: { origin: [] } }, 'cookie.csrf.origin'],
  [{ name, csrf: { ...csrf, header: '' } }, 'cookie.csrf.header'],
  [{ name, csrf: { ...csrf, header: 'a b' } }, 'cookie.csrf.header'],
  [{ name, csrf: { ...csrf, headers: 'X' } }, 'Did you mean "header"?'],
  [{ csrf }, 'cookie.name'],
  [{ name: '', csrf }, 'cookie.name'],
  [{ name: 'a;b', csrf }, 'cookie.name'],
  [{ name, csrf, secure: true }, 'no option "secure"'],
  [name, 'options object'],
])('J84 the options %j are refused', (cookie, expected) => {
  const create = () => authenticate({ verifier, cookie: cookie as never })
  expect(misconfiguration(create)).toContain(expected)
})

test('J84 a cookie and required proofs exclude one another', () => {
  const dpop = { publicUrl: 'https://api.example', replay: createMemoryStore() }
  const create = () => authenticate({ verifier, cookie: { name, csrf }, dpop })
  expect(misconfiguration(create)).toContain('a cookie proves nothing')
})
