import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHarness, type Harness } from '../testing/harness.ts'

let harness: Harness

beforeEach(async () => {
  harness = await createHarness()
  await harness.login()
})
afterEach(() => harness.close())

const stateOf = async (returnTo: string, from = harness) => {
  const { logoutUrl } = (await from.browser.post('/bff/logout', { returnTo })).json()
  return new URL(String(logoutUrl)).searchParams.get('state') ?? ''
}

const comeBack = (state?: string) =>
  harness.browser.navigate(
    `/bff/logout/callback${state === undefined ? '' : `?state=${encodeURIComponent(state)}`}`,
    'cross-site',
  )

test('B103 the provider brings the user back to where the logout wanted to go', async () => {
  const response = await comeBack(await stateOf('/bye?x=1#top'))
  expect([response.status, response.location]).toEqual([303, `${harness.origin}/bye?x=1#top`])
  expect(response.setCookies).toEqual([])
})

test('B103 a state of another kind, origin or time leads to the app’s root', async () => {
  const state = await stateOf('/bye')
  await harness.startLogin('/bff/login?returnTo=/elsewhere')
  const sealedTransaction = [...harness.browser.jar].find(([name]) => name.includes('-tx-'))?.[1]
  const other = await createHarness({
    bff: (standard) => ({
      ...standard,
      sealingKeys: [Buffer.alloc(32, 9).toString('base64url')],
    }),
  })
  await other.login()
  const foreign = await stateOf('/foreign', other)
  await other.close()
  const wrong = [
    undefined,
    '',
    'x',
    '/bye',
    'https://evil.test/',
    state.slice(1),
    `${state}A`,
    state.slice(0, -2),
    `${state.startsWith('A') ? 'B' : 'A'}${state.slice(1)}`,
    state.toLowerCase(),
    foreign,
    sealedTransaction?.value ?? 'missing',
    'x'.repeat(200),
    Buffer.from(JSON.stringify({ path: '/bye', at: harness.now() })).toString('base64url'),
  ]
  expect(sealedTransaction?.value.length).toBeGreaterThan(50)
  for (const value of wrong) {
    const response = await comeBack(value)
    expect([value, response.status, response.location]).toEqual([value, 303, `${harness.origin}/`])
  }
})

test('B103 every changed character of a state makes it nobody’s', async () => {
  const state = await stateOf('/bye')
  for (let at = 0; at < state.length - 1; at += 1) {
    const forged = state.slice(0, at) + (state[at] === 'A' ? 'B' : 'A') + state.slice(at + 1)
    expect((await comeBack(forged)).location).toBe(`${harness.origin}/`)
  }
})

test('B103 a state is good for ten minutes', async () => {
  const state = await stateOf('/bye')
  harness.advance(599)
  expect((await comeBack(state)).location).toBe(`${harness.origin}/bye`)
  harness.advance(1)
  expect((await comeBack(state)).location).toBe(`${harness.origin}/`)
})

test('B103 other parameters of the return lead nowhere', async () => {
  const response = await harness.browser.navigate(
    '/bff/logout/callback?returnTo=https://evil.test&post_logout_redirect_uri=//evil.test&url=//evil.test',
    'cross-site',
  )
  expect(response.location).toBe(`${harness.origin}/`)
})

test('B103 coming back ends no session: it may be of a later login', async () => {
  const state = await stateOf('/bye')
  await harness.login()
  await comeBack(state)
  await comeBack('x')
  expect((await harness.browser.get('/bff/session')).json()).toMatchObject({ authenticated: true })
})
