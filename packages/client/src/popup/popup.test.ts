// @vitest-environment node
import { expect, test, vi } from 'vitest'
import { appOrigin } from '../page.fixture.ts'
import { setStage } from '../stage.fixture.ts'
import { loginByPopup, type PopupLoginOptions } from './index.ts'

/** By default a wait is given up after one second, which a busy machine may take. */
const patience = { timeout: 20_000 }

const stage = setStage()

/** What the test plays of the window that `window.open` made. */
const allowPopups = () => {
  const popup = { closed: false, focus: vi.fn(), close: vi.fn() }
  const open = vi.fn<(address: string, name: string, features: string) => unknown>(() => popup)
  vi.stubGlobal('open', open)
  const focus = { isHere: false }
  Object.defineProperty(stage.page.window.document, 'hasFocus', { value: () => focus.isHere })
  const back = async (): Promise<void> => {
    focus.isHere = true
    stage.page.fire('focus')
    await stage.page.idle()
  }
  return { popup, open, focus, back, name: () => open.mock.lastCall?.[1] ?? '' }
}

/** A visitor whose popup is open. */
const openPopup = async (options?: PopupLoginOptions) => {
  stage.bff.isLoggedIn = false
  const windows = allowPopups()
  const client = await stage.createReady()
  const login = loginByPopup(client, options)
  const settled = login.catch((error) => error)
  return { client, login, settled, ...windows }
}

/** What the landing page says; `done` tells when every listener has heard it. */
const say = async (message: unknown): Promise<void> => {
  const channel = new BroadcastChannel('coatcheck:/bff')
  channel.postMessage(message)
  await stage.page.idle()
  await stage.page.idle()
  channel.close()
}

test('the window opens at the login of the BFF and the page stays where it is', async () => {
  const { open } = await openPopup({ loginHint: 'alice', acrValues: 'phr', maxAge: 0 })
  expect(open.mock.calls).toEqual([
    [
      `${appOrigin}/bff/login?returnTo=%2F&login_hint=alice&acr_values=phr&max_age=0&display=popup`,
      expect.stringMatching(/^coatcheck \d/),
      'popup,width=480,height=700',
    ],
  ])
  expect(stage.page.navigations).toEqual([])
})

test('the login is done when the landing page says so and the BFF agrees', async () => {
  const { client, login, popup, name } = await openPopup()
  stage.bff.isLoggedIn = true
  await say({ popup: name(), sid: 'popup' })
  expect(await login).toMatchObject({ status: 'authenticated', user: { sub: 'alice' } })
  expect(await login).toBe(client.getState())
  expect(popup.close).toHaveBeenCalledOnce()
  expect(stage.bff.seen.session).toHaveLength(2)
})

test('a window whose name the provider took away is heard as well', async () => {
  const { login } = await openPopup()
  stage.bff.isLoggedIn = true
  await say({ popup: '', sid: 'popup' })
  expect(await login).toMatchObject({ status: 'authenticated' })
})

test('an answer to a question asked before the login is asked again', async () => {
  const { login, name } = await openPopup()
  let isFirst = true
  stage.bff.onSession = () => {
    const stale = isFirst ? Response.json({ authenticated: false }) : undefined
    isFirst = false
    stage.bff.isLoggedIn = true
    return stale
  }
  await say({ popup: name(), sid: 'popup' })
  expect(await login).toMatchObject({ status: 'authenticated' })
})

test('a login whose check did not get through is done when the page finds out by itself', async () => {
  const { client, login, name } = await openPopup()
  const settle = vi.fn()
  login.then(settle)
  stage.bff.isLoggedIn = true
  stage.bff.onSession = () => Response.error()
  await say({ popup: name(), sid: 'popup' })
  expect(settle).not.toHaveBeenCalled()
  stage.bff.onSession = undefined
  await stage.page.pass(10_000)
  expect(client.getState()).toMatchObject({ status: 'authenticated' })
  expect(settle).toHaveBeenCalledOnce()
})

test('a failed login rejects with its outcome', async () => {
  const { client, settled, name, popup } = await openPopup()
  await say({ popup: name(), code: 'login_cancelled' })
  expect(await settled).toMatchObject({ code: 'login_cancelled', phase: 'login', retry: 'login' })
  expect(client.getState()).toMatchObject({ status: 'unauthenticated' })
  expect(popup.close).toHaveBeenCalledOnce()
})

test('a step-up is done by another session, not by the one there was', async () => {
  const { open, back, name, popup } = allowPopups()
  const client = await stage.createReady()
  const settle = vi.fn()
  const login = loginByPopup(client, { acrValues: 'phr' }).then(settle)
  expect(open.mock.lastCall?.[0]).toContain('acr_values=phr')
  await back()
  expect(settle).not.toHaveBeenCalled()
  stage.bff.sid = 'sid-2'
  popup.closed = true
  await say({ popup: name(), sid: 'popup' })
  await login
  expect(settle.mock.calls).toMatchObject([[{ status: 'authenticated' }]])
})

test('the end of the session there was is no login', async () => {
  const { popup } = allowPopups()
  const client = await stage.createReady()
  const settle = vi.fn()
  loginByPopup(client, { acrValues: 'phr' }).then(settle, settle)
  stage.bff.isLoggedIn = false
  await client.refreshSession()
  await stage.page.pass(3000)
  expect(settle).not.toHaveBeenCalled()
  expect(popup.close).not.toHaveBeenCalled()
})

test('a blocked popup is told at once, and nothing waits', async () => {
  const client = await stage.createReady()
  vi.stubGlobal('open', () => null)
  await expect(loginByPopup(client)).rejects.toMatchObject({
    code: 'popup_blocked',
    retry: 'login',
  })
  await stage.page.pass(5000)
  stage.page.fire('focus')
  await stage.page.idle()
  expect(stage.bff.seen.session).toHaveLength(1)
})

test('who closes the window and comes back is asked after once', async () => {
  const { settled, popup, back } = await openPopup()
  popup.closed = true
  await back()
  expect(await settled).toMatchObject({ code: 'popup_closed', retry: 'login' })
  expect(stage.bff.seen.session).toHaveLength(2)
  expect(stage.bff.seen.session.at(-1)?.url.search).toContain('slide=false')
})

test('a window that closed after a login nobody told of is a login', async () => {
  const { login, popup, back } = await openPopup()
  stage.bff.isLoggedIn = true
  popup.closed = true
  await back()
  expect(await login).toMatchObject({ status: 'authenticated' })
})

test('who looks at the page while the window is open goes on with the login', async () => {
  const { login, back, name } = await openPopup()
  await back()
  await back()
  stage.bff.isLoggedIn = true
  await say({ popup: name(), sid: 'popup' })
  expect(await login).toMatchObject({ status: 'authenticated' })
})

test('a window that is cut off from the page only looks closed', async () => {
  const { login, popup, back, focus } = await openPopup()
  popup.closed = true
  await stage.page.pass(3000)
  await back()
  focus.isHere = false
  stage.bff.isLoggedIn = true
  await say({ popup: '', sid: 'popup' })
  expect(await login).toMatchObject({ status: 'authenticated' })
})

test('a signal ends the wait and closes the window', async () => {
  const controller = new AbortController()
  const { settled, popup } = await openPopup({ signal: controller.signal })
  const reason = new Error('the user chose another way')
  controller.abort(reason)
  expect(await settled).toBe(reason)
  expect(popup.close).toHaveBeenCalledOnce()
})

test('an aborted signal opens nothing', async () => {
  const { open } = allowPopups()
  const client = await stage.createReady()
  await expect(loginByPopup(client, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
  expect(open).not.toHaveBeenCalled()
})

test('after the time limit the wait is over', async () => {
  const { settled, popup } = await openPopup({ timeoutSeconds: 0.02 })
  expect(await settled).toMatchObject({ code: 'timeout', retry: 'login' })
  expect(popup.close).toHaveBeenCalledOnce()
})

test('the client that is disposed of waits no longer', async () => {
  const { client, settled } = await openPopup()
  client.dispose()
  expect(await settled).toMatchObject({ code: 'disposed' })
})

test('two logins of one page share one window and one outcome', async () => {
  const { client, login, open, name } = await openPopup()
  const second = loginByPopup(client)
  const names = open.mock.calls.map(([, window]) => window)
  expect(names[0]).toBe(names[1])
  stage.bff.isLoggedIn = true
  await say({ popup: name(), sid: 'popup' })
  expect(await login).toBe(await second)
})

test.each([
  ['nothing', undefined],
  ['null', null],
  ['text', 'done'],
  ['a list', ['popup']],
  ['an empty object', {}],
  ['a session', { sid: undefined, popup: undefined }],
  ['the window of another page', { popup: 'coatcheck 1', code: 'login_cancelled' }],
  ['an outcome without a window', { code: 'login_cancelled' }],
  ['a text that is no outcome', { popup: '', code: 'Your session <b>ended</b>' }],
  ['an outcome that is no text', { popup: '', code: { toString: 1 } }],
  ['an outcome in a list', { popup: '', code: ['LOGIN'] }],
  ['a window that is none', { popup: 0, code: 'login_cancelled' }],
])('C17 %s on the channel settles nothing', async (_name, message) => {
  const { settled, back, popup } = await openPopup()
  await say(message)
  popup.closed = true
  await back()
  expect(await settled).toMatchObject({ code: 'popup_closed' })
  expect(stage.bff.seen.session).toHaveLength(2)
})

test('a login whose claims the app refuses rejects with that', async () => {
  stage.bff.isLoggedIn = false
  const { name } = allowPopups()
  const validate = () => ({ issues: [{ message: 'no roles' }] })
  const client = await stage.createReady({
    claims: { '~standard': { version: 1, vendor: 'test', validate } },
  })
  const settled = loginByPopup(client).catch((error) => error)
  stage.bff.isLoggedIn = true
  await say({ popup: name(), sid: 'popup' })
  expect(await settled).toMatchObject({ code: 'claims_invalid' })
})

test('C17 a login that is only claimed logs nobody in', async () => {
  const { client, settled, name } = await openPopup({ timeoutSeconds: 0.5 })
  await say({ popup: name(), sid: 'popup', authenticated: true, user: { sub: 'mallory' } })
  expect(client.getState()).toMatchObject({ status: 'unauthenticated' })
  expect(await settled).toMatchObject({ code: 'timeout' })
})

test('C17 messages from other windows, by any origin, are not listened to', async () => {
  const { settled, popup, back } = await openPopup()
  for (const origin of [appOrigin, 'https://evil.example']) {
    stage.page.fire('message', { data: { popup: '', code: 'login_cancelled' }, origin })
  }
  await stage.page.idle()
  popup.closed = true
  await back()
  expect(await settled).toMatchObject({ code: 'popup_closed' })
})

test('other pages learn of the login from the landing page itself', async () => {
  const { name } = await openPopup()
  const other = await stage.createReady()
  expect(other.getState().status).toBe('unauthenticated')
  stage.bff.isLoggedIn = true
  await say({ popup: name(), sid: 'popup' })
  await vi.waitFor(() => expect(other.getState().status).toBe('authenticated'), patience)
})
