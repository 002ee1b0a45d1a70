import type { SessionEndReason } from '@coatcheck/wire'
import type { TableCall, TableStage } from '@coatcheck/wire/testing'
import { type Browser, type BrowserResponse, fetchHeaders } from './browser.ts'
import { openEventStream } from './event-stream.ts'
import { createHarness, type Harness } from './harness.ts'
import { hashToken } from './hash-token.ts'
import { logoutClaims, makeToken, sendLogoutToken } from './logout-tokens.ts'

const cookieName = '__Host-Http-coatcheck'
const hintName = `${cookieName}-hint`

/** The BFF as the table wants it configured. */
export const createTableHarness = (): Promise<Harness> =>
  createHarness({
    bff: (standard) => ({
      ...standard,
      resources: {
        orders: {
          mode: 'token',
          audience: 'https://orders.example',
          scope: 'orders:read orders:write orders:cancel',
        },
        billing: { mode: 'token', audience: 'https://billing.example', scope: 'billing:read' },
      },
    }),
  })

const sidOf = (browser: Browser): string => browser.jar.get(hintName)?.value ?? ''

const copyOf = (harness: Harness): Browser => {
  const copy = harness.newBrowser()
  for (const [name, cookie] of harness.browser.jar) copy.jar.set(name, cookie)
  return copy
}

const call = (
  { origin, browser }: Harness,
  { method, path, headers = {}, body }: TableCall,
): Promise<BrowserResponse> => {
  const { 'x-csrf': _, ...ofPage } = fetchHeaders(origin)
  const cookie = [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  return browser.send(`/bff${path}`, {
    method,
    headers: { ...ofPage, ...headers, ...(cookie !== '' && { cookie }) },
    ...(body !== undefined && { body }),
  })
}

/** Asks for a renewal, which the provider answers as the script says. */
const renew = async ({ browser }: Harness): Promise<void> => {
  const { access_token: token } = (await browser.post('/bff/token')).json()
  await browser.post('/bff/token', { rejected: hashToken(String(token)) })
}

/** How a session comes to each of its ends in life. */
const endings: Readonly<Record<SessionEndReason, (harness: Harness) => Promise<void>>> = {
  expired: async ({ advance }) => advance(28_801),
  logout: async (harness) => {
    const other = harness.newBrowser()
    await harness.login(other)
    await other.post('/bff/logout', { scope: 'others' })
  },
  replaced: async (harness) => {
    harness.advance(60)
    await harness.login(copyOf(harness))
  },
  refresh_rejected: async (harness) => {
    harness.provider.script.token = () => ({ status: 400, body: { error: 'invalid_grant' } })
    await renew(harness)
  },
  subject_changed: async (harness) => {
    harness.provider.script.idToken = (claims) => ({ ...claims, sub: 'mallory' })
    await renew(harness)
  },
  replayed: async (harness) => {
    const stolen = copyOf(harness)
    for (const _rotation of [1, 2]) {
      harness.advance(600)
      await harness.browser.get('/bff/session')
      await harness.browser.get('/bff/session')
    }
    await stolen.get('/bff/session')
  },
  revoked: async (harness) => {
    const token = makeToken(harness, { claims: { ...logoutClaims(harness), sub: 'alice' } })
    await sendLogoutToken(harness, token)
  },
}

/** A stream has no end to wait for; its head is the answer. */
const openStream = async ({ origin, browser }: Harness) => {
  const stream = await openEventStream({ origin, browser })
  stream.close()
  return stream
}

const isStreamCall = ({ method, path, headers }: TableCall): boolean =>
  method === 'GET' && path === '/events' && headers?.['x-csrf'] === '1'

/** A real BFF that answers the table of calls which those that stand in for it answer too. */
export const createTableStage = (harness: Harness): TableStage => ({
  send: async (sent) => {
    const stream = isStreamCall(sent) ? await openStream(harness) : undefined
    const answer = stream?.status === 200 ? { ...stream, text: '' } : await call(harness, sent)
    return {
      status: answer.status,
      header: (name) => answer.headers[name]?.toString(),
      text: answer.text,
    }
  },
  logIn: async () => {
    await harness.login()
  },
  end: (reason) => endings[reason](harness),
  addDevice: async () => {
    const other = harness.newBrowser()
    await harness.login(other)
    return sidOf(other)
  },
  advance: harness.advance,
})
