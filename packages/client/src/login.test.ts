// @vitest-environment node

import { loginErrorParameter } from '@coatcheck/wire'
import { HttpResponse } from 'msw'
import { expect, test, vi } from 'vitest'
import { createAuthClient } from './index.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

/** The parameters of the login the app went to. */
const wentTo = (): Record<string, string> => {
  const address = new URL(stage.page.navigations[0] ?? '')
  expect(address.origin + address.pathname).toBe('http://localhost:4000/bff/login')
  return Object.fromEntries(address.searchParams)
}

test('login comes back to where the user is, query and fragment included', async () => {
  stage.open('/orders/7?tab=items&x=a%20b#row-3')
  const client = await stage.createReady()
  client.login()
  expect(wentTo()).toEqual({ returnTo: '/orders/7?tab=items&x=a%20b#row-3' })
})

test('every option of login has its OpenID Connect name', async () => {
  const client = await stage.createReady()
  client.login({
    returnTo: '/after',
    resource: 'reports',
    prompt: 'login',
    loginHint: 'alice@example.com',
    acrValues: 'urn:mfa urn:pwd',
    maxAge: 0,
    uiLocales: 'de-CH de',
  })
  expect(wentTo()).toEqual({
    returnTo: '/after',
    resource: 'reports',
    prompt: 'login',
    login_hint: 'alice@example.com',
    acr_values: 'urn:mfa urn:pwd',
    max_age: '0',
    ui_locales: 'de-CH de',
  })
})

test('options left undefined are left out', async () => {
  const client = await stage.createReady()
  client.login({ returnTo: '/x', prompt: undefined, maxAge: undefined } as never)
  expect(wentTo()).toEqual({ returnTo: '/x' })
})

test('a place too long for a login is cut to its path', async () => {
  stage.open(`/search?q=${'x'.repeat(300)}`)
  const client = await stage.createReady()
  client.login()
  expect(wentTo()).toEqual({ returnTo: '/search' })
})

test.each(['?q=', '#'])(
  'a place the app names that is too long is cut before its %s',
  async (mark) => {
    const client = await stage.createReady()
    client.login({ returnTo: `/orders${mark}${'x'.repeat(300)}` })
    client.login({ returnTo: `/orders${mark}x` })
    const places = stage.page.navigations.map((to) => new URL(to).searchParams.get('returnTo'))
    expect(places).toEqual(['/orders', `/orders${mark}x`])
  },
)

test('login goes to the BFF where it is configured', async () => {
  const client = await stage.createReady({ bffPath: '/auth/v1' })
  client.login({ returnTo: '/' })
  expect(stage.page.navigations).toEqual(['http://localhost:4000/auth/v1/login?returnTo=%2F'])
})

/** Addresses before and after, and what is reported. */
const outcomes: readonly [before: string, after: string, reason: string][] = [
  ['/?login_error=login_cancelled', '/', 'login_cancelled'],
  ['/a?login_error=issuer_mismatch#top', '/a#top', 'issuer_mismatch'],
  ['/a?x=1&login_error=provider_error', '/a?x=1', 'provider_error'],
  ['/a?login_error=provider_error&x=1', '/a?x=1', 'provider_error'],
  [
    '/a?x=a%20b+c&login_error=provider_error&y=%C3%A4&z',
    '/a?x=a%20b+c&y=%C3%A4&z',
    'provider_error',
  ],
  ['/?code=abc&state=xyz&login_error=id_token_invalid', '/?code=abc&state=xyz', 'id_token_invalid'],
  ['/a?b=$&login_error=login_cancelled&c=$%261', '/a?b=$&c=$%261', 'login_cancelled'],
]

test.each(outcomes)(
  'C16 a failed login at %s leaves %s and its reason',
  async (before, after, reason) => {
    stage.bff.isLoggedIn = false
    stage.open(before)
    stage.page.window.history.replaceState({ of: 'the router' }, '')
    const entries = stage.page.window.history.length
    const client = await stage.createReady()
    expect(client.getState()).toEqual({ status: 'unauthenticated', reason })
    expect(stage.page.window.location.href).toBe(`http://localhost:4000${after}`)
    expect(stage.page.window.history.state).toEqual({ of: 'the router' })
    expect(stage.page.window.history.length).toBe(entries)
  },
)

test('C16 the name of the parameter is the one the BFF writes', () => {
  expect(outcomes.every(([before]) => before.includes(`${loginErrorParameter}=`))).toBe(true)
})

test.each([
  '/',
  '/?code=abc&state=xyz',
  '/callback?code=abc&state=xyz&iss=https%3A%2F%2Fop.example&session_state=1',
  '/?error=access_denied&state=xyz#id_token=x&access_token=y',
  '/?xlogin_error=login_cancelled',
  '/?login_errors=login_cancelled',
  '/?login_error=',
  '/?login_error=%3Cscript%3E',
  '/?login_error=Not+a+code',
  '/?login_error',
])('C16 the address %s is left alone', async (address) => {
  stage.bff.isLoggedIn = false
  stage.open(address)
  const replaceState = vi.spyOn(stage.page.window.history, 'replaceState')
  const client = await stage.createReady()
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: undefined })
  expect(stage.page.window.location.href).toBe(`http://localhost:4000${address}`)
  expect(replaceState).not.toHaveBeenCalled()
})

test('C16 a failed login is dropped where a session exists', async () => {
  stage.open('/a?login_error=login_cancelled')
  const client = await stage.createReady()
  expect(client.getState()).toMatchObject({ status: 'authenticated' })
  expect(stage.page.window.location.href).toBe('http://localhost:4000/a')
  stage.bff.isLoggedIn = false
  expect(await client.refreshSession()).toEqual({ status: 'unauthenticated', reason: undefined })
})

test('a failed login is still told after a first check that failed', async () => {
  stage.bff.isLoggedIn = false
  stage.bff.onSession = () => HttpResponse.error()
  stage.open('/?login_error=login_cancelled')
  const client = await stage.createReady()
  expect(client.getState()).toMatchObject({ status: 'error' })
  stage.bff.onSession = undefined
  expect(await client.refreshSession()).toEqual({
    status: 'unauthenticated',
    reason: 'login_cancelled',
  })
})

test('C16 the client asks nothing but the three routes of the BFF', async () => {
  stage.open('/?code=abc&state=xyz')
  const client = await stage.createReady()
  await client.getAccessToken({ resource: 'reports' })
  await client.logout()
  const { session, token, logout, other } = stage.bff.seen
  const calls = [...session, ...token, ...logout]
  expect(calls.map(({ url }) => url.pathname)).toEqual([
    '/bff/session',
    '/bff/token',
    '/bff/logout',
  ])
  expect(other).toEqual([])
  const source = [...Object.values(await import('./login.ts')), createAuthClient].join()
  expect(source).not.toMatch(/code_verifier|code_challenge|grant_type|client_secret|state=/)
})
