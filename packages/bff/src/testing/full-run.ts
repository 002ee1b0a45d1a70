import type { BrowserResponse } from './browser.ts'
import type { Harness } from './harness.ts'
import { hashToken } from './hash-token.ts'
import { logoutClaims, makeToken, sendLogoutToken } from './logout-tokens.ts'

/** One request of a run with its answer. */
export interface Exchange {
  readonly step: string
  readonly path: string
  readonly response: BrowserResponse
}

const backchannel = '/bff/backchannel-logout'

/** A session of nobody. */
const device = `/bff/sessions/${'A'.repeat(22)}`

/** Of a user who is not logged in here. */
const logoutToken = (harness: Harness) =>
  makeToken(harness, { claims: { ...logoutClaims(harness), sub: 'nobody' } })

/**
 * Everything a browser does in the life of a session, refusals and faults included, so that a test
 * can look through all of it at once. It starts logged out and ends logged out.
 */
export const runEverything = async (harness: Harness): Promise<readonly Exchange[]> => {
  const { browser, provider } = harness
  const exchanges: Exchange[] = []
  const note = async (step: string, path: string, sent: Promise<BrowserResponse>) => {
    const response = await sent
    exchanges.push({ step, path, response })
    return response
  }
  const navigate = (step: string, path: string, from?: 'cross-site') =>
    note(step, path, browser.navigate(path, from))
  const get = (step: string, path: string) => note(step, path, browser.get(path))
  const post = (step: string, path: string, body?: unknown) =>
    note(step, path, browser.post(path, body))

  await get('session while logged out', '/bff/session')
  await post('token while logged out', '/bff/token')
  const login = await navigate('login', '/bff/login?returnTo=/orders')
  const callbackPath = harness.callbackPath(login.location)
  await navigate('callback', callbackPath, 'cross-site')
  await navigate('callback again', callbackPath, 'cross-site')
  await navigate('login refused', '/bff/login?returnTo=https://evil.test/')
  await navigate('callback refused', '/bff/callback?error=access_denied&state=x', 'cross-site')
  await get('session', '/bff/session')
  const { token } = (await get('session with token', '/bff/session?resource=orders')).json() as {
    token: { access_token: string }
  }
  await post('token', '/bff/token')
  await post('token refused by an API', '/bff/token', { rejected: hashToken(token.access_token) })
  harness.advance(601)
  await post('token renewed', '/bff/token')
  harness.advance(601)
  provider.script.token = () => ({ status: 503, body: 'down for maintenance' })
  await post('token while the provider is down', '/bff/token')
  await get('session while the provider is down', '/bff/session?resource=orders')
  delete provider.script.token
  await post('unknown resource', '/bff/token', { resource: 'nothing' })
  await post('malformed body', '/bff/token', { rejected: 1 })
  await get('unknown path', '/bff/nothing')
  await get('wrong method', '/bff/token')
  await note('no script of ours', '/bff/session', browser.send('/bff/session'))
  // Answered when the session ends.
  const events = note('events', '/bff/events', browser.get('/bff/events'))
  await get('devices', '/bff/sessions')
  await note('end of another’s device', device, browser.delete(device))
  await post('logout of the others', '/bff/logout', { scope: 'others' })
  await note('logout by the provider', backchannel, sendLogoutToken(harness, logoutToken(harness)))
  await note('logout by nobody', backchannel, sendLogoutToken(harness, 'x.y.z'))
  const logout = await post('logout', '/bff/logout', { returnTo: '/bye' })
  const { searchParams } = new URL(String(logout.json().logoutUrl))
  const state = encodeURIComponent(searchParams.get('state') ?? '')
  await navigate('logout callback', `/bff/logout/callback?state=${state}`, 'cross-site')
  await post('logout again', '/bff/logout')
  await events
  await get('devices while logged out', '/bff/sessions')
  await navigate('login started and left', '/bff/login')
  const cancelled = await harness.startLogin('/bff/login?returnTo=/orders')
  const cancelledState = harness.provider.authorizationRequest(cancelled).get('state') ?? ''
  const refusal = new URLSearchParams({
    error: 'access_denied',
    state: cancelledState,
    iss: provider.issuer,
  })
  await navigate('login cancelled', `/bff/callback?${refusal}`, 'cross-site')
  return exchanges
}
