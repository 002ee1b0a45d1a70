import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHarness, type Harness } from '../testing/harness.ts'

let harness: Harness

beforeEach(async () => {
  harness = await createHarness()
})
afterEach(() => harness.close())

test('a login ends in a session whose token the app receives', async () => {
  const { browser, login } = harness
  const callback = await login()
  expect(callback.status).toBe(303)
  expect(callback.location).toBe(`${harness.origin}/`)
  const session = await browser.get('/bff/session?resource=orders')
  expect(session.json()).toMatchObject({
    authenticated: true,
    user: { sub: 'alice', name: 'Alice Example' },
    token: { token_type: 'Bearer', resource: 'orders', expires_in: 600 },
  })
  harness.advance(590)
  const token = await browser.post('/bff/token')
  expect(token.json()).toMatchObject({ expires_in: 600 })
  expect(harness.provider.count('/token', 'refresh_token')).toBe(1)
  const out = await browser.post('/bff/logout')
  expect(out.json()).toMatchObject({ logoutUrl: expect.stringContaining('/end?') })
  expect((await browser.get('/bff/session')).json()).toEqual({ authenticated: false })
})
