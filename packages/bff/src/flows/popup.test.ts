import { createHash } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHarness, type Harness } from '../testing/harness.ts'

let harness: Harness

beforeEach(async () => {
  harness = await createHarness()
})
afterEach(() => harness.close())

/** What the script of the page does in a browser that shows the page at that address. */
const play = (page: string, address: string, windowName = '') => {
  const [, script = ''] = /<script>([\s\S]*)<\/script>/.exec(page) ?? []
  const posted: unknown[] = []
  const seen = { channel: '', posted, isClosed: false }
  const scope = {
    location: new URL(address, harness.origin),
    name: windowName,
    BroadcastChannel: class {
      constructor(channel: string) {
        seen.channel = channel
      }
      postMessage(message: unknown) {
        posted.push(JSON.parse(JSON.stringify(message)))
      }
    },
    close: () => {
      seen.isClosed = true
    },
    setTimeout: (run: () => void) => run(),
  }
  runInNewContext(script, scope)
  return seen
}

test('a login by popup ends at its landing page, which says so and closes itself', async () => {
  const start = await harness.startLogin('/bff/login?display=popup&returnTo=/orders')
  expect(new URL(start).searchParams.has('display')).toBe(false)
  const callback = await harness.browser.navigate(harness.callbackPath(start), 'cross-site')
  expect(callback).toMatchObject({ status: 303, location: `${harness.origin}/bff/popup` })
  const page = await harness.browser.navigate('/bff/popup', 'cross-site')
  expect(page.status).toBe(200)
  expect(play(page.text, callback.location, 'a-window')).toEqual({
    channel: 'coatcheck:/bff',
    posted: [{ popup: 'a-window', sid: 'popup' }],
    isClosed: true,
  })
  const session = await harness.browser.get('/bff/session')
  expect(session.json()).toMatchObject({ authenticated: true, user: { sub: 'alice' } })
})

test('a popup login that fails ends there too, with a code word', async () => {
  const start = await harness.startLogin('/bff/login?display=popup')
  const url = new URL(harness.callbackPath(start), harness.origin)
  url.searchParams.delete('code')
  url.searchParams.set('error', 'access_denied')
  const { location } = await harness.browser.navigate(url.pathname + url.search, 'cross-site')
  expect(location).toBe(`${harness.origin}/bff/popup?login_error=login_cancelled`)
  const page = await harness.browser.navigate('/bff/popup?login_error=login_cancelled')
  expect(play(page.text, location).posted).toEqual([{ popup: '', code: 'login_cancelled' }])
})

test.each(['page', 'touch', 'POPUP', 'popup2', ''])(
  'a login with display=%s leads back to the app',
  async (display) => {
    const start = await harness.startLogin(`/bff/login?display=${display}&returnTo=/orders`)
    const { location } = await harness.browser.navigate(harness.callbackPath(start), 'cross-site')
    expect(location).toBe(`${harness.origin}/orders`)
  },
)

test('B11 a popup does not make a returnTo that leaves the app a good one', async () => {
  const path = '/bff/login?display=popup&returnTo=//evil.example'
  const answer = await harness.newBrowser().navigate(path)
  expect(answer.status).toBe(400)
  expect(answer.json()).toMatchObject({ code: 'return_to_not_allowed' })
})

test('the landing page is the same for everybody, is not stored and sets nothing', async () => {
  await harness.login()
  const loggedIn = await harness.browser.navigate('/bff/popup')
  const hostile = '?login_error=<script>alert(1)</script>&name=evil&x=%22onload%3D'
  const stranger = await harness.newBrowser().navigate(`/bff/popup${hostile}`)
  expect(stranger.text).toBe(loggedIn.text)
  for (const { headers, setCookies } of [loggedIn, stranger]) {
    expect(setCookies).toEqual([])
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['x-content-type-options']).toBe('nosniff')
    // Any value would cut the window off from an app that has none.
    expect(headers['cross-origin-opener-policy']).toBeUndefined()
  }
})

test('B120 the policy of the landing page lets its own script run and nothing else', async () => {
  const { headers, text } = await harness.browser.navigate('/bff/popup')
  const policy = String(headers['content-security-policy'])
  const hashes = ['script', 'style'].map((tag) => {
    const [, inline = ''] = new RegExp(`<${tag}>([^<]+)</${tag}>`).exec(text) ?? []
    return `${tag}-src 'sha256-${createHash('sha256').update(inline).digest('base64')}'`
  })
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    ...hashes,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ])
  expect(text).not.toMatch(/<[^>]* (?:on\w+|style|src)=/)
})

test.each([
  '?login_error=%3Cscript%3E',
  '?login_error=LOGIN',
  '?login_error=',
  `?login_error=${'a'.repeat(65)}`,
  '?login_error=a%20b',
  '?xlogin_error=login_cancelled',
  '#login_error=login_cancelled',
  '?login_error=a-b',
])('nothing but a code word is passed on: %s', async (search) => {
  const { text } = await harness.browser.navigate('/bff/popup')
  expect(play(text, `/bff/popup${search}`).posted).toEqual([{ popup: '', sid: 'popup' }])
})

test('the channel is named by the path the page lives at', async () => {
  const { text } = await harness.browser.navigate('/bff/popup')
  expect(play(text, '/team/auth/popup?login_error=provider_error')).toMatchObject({
    channel: 'coatcheck:/team/auth',
    posted: [{ code: 'provider_error' }],
  })
})

test('a browser without the channel closes the window all the same', async () => {
  const { text } = await harness.browser.navigate('/bff/popup')
  const [, script = ''] = /<script>([\s\S]*)<\/script>/.exec(text) ?? []
  const closed: string[] = []
  const scope = {
    location: new URL('/bff/popup', harness.origin),
    name: '',
    close: () => closed.push('closed'),
    setTimeout: (run: () => void) => run(),
  }
  expect(() => runInNewContext(script, scope)).toThrow('BroadcastChannel')
  expect(closed).toEqual(['closed'])
})
