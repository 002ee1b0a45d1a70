import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BffOptions } from '../options.ts'
import { type Browser, fetchHeaders } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { type SecondProcess, startSecondProcess } from '../testing/second-process.ts'

const laptop = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

let harness: Harness
let other: SecondProcess

beforeEach(async () => {
  let options: BffOptions | undefined
  harness = await createHarness({
    bff: (standard) => {
      options = standard
      return standard
    },
  })
  if (options === undefined) throw new Error('The harness asks for its options.')
  other = await startSecondProcess(options)
})
afterEach(async () => {
  await other.close()
  await harness.close()
})

const logIn = async (subject = 'alice'): Promise<Browser> => {
  const browser = harness.newBrowser()
  await harness.login(browser, subject)
  return browser
}

const sidOf = (browser: Browser) => browser.jar.get('__Host-Http-coatcheck-hint')?.value ?? ''

const list = async (browser: Browser) => {
  const { sessions } = (await browser.get('/bff/sessions')).json() as {
    sessions: readonly Record<string, unknown>[]
  }
  return sessions
}

const end = (browser: Browser, sid: string) =>
  browser.send(`/bff/sessions/${sid}`, {
    method: 'DELETE',
    headers: {
      ...fetchHeaders(harness.origin),
      cookie: [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; '),
    },
  })

/** What each browser is to both processes. */
const alive = (...browsers: readonly Browser[]) =>
  Promise.all(
    browsers.map(async (browser) => {
      const here = (await browser.get('/bff/session?slide=false')).json().authenticated
      const there = (await other.post(browser, '/bff/token', { slide: false })).status
      return here === true && there === 200
        ? 'both'
        : here === false && there === 401
          ? 'none'
          : 'one'
    }),
  )

test('B51 a user sees their own sessions and nobody else’s', async () => {
  const first = await logIn()
  const createdAt = Math.floor(harness.now() / 1000)
  harness.advance(300)
  await first.get('/bff/session')
  harness.advance(300)
  const second = await logIn()
  await logIn('bob')
  expect(await list(second)).toEqual([
    { sid: sidOf(second), createdAt: createdAt + 600, lastSeenAt: createdAt + 600, current: true },
    { sid: sidOf(first), createdAt, lastSeenAt: createdAt + 300, current: false },
  ])
})

test('B51 a device is known by browser and platform, and its header is not kept', async () => {
  const browser = harness.newBrowser()
  const authorizationUrl = await harness.startLogin('/bff/login', browser)
  const cookie = [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  await browser.send(harness.callbackPath(authorizationUrl), {
    headers: { cookie, 'user-agent': laptop },
  })
  expect(await list(browser)).toMatchObject([{ browser: 'Firefox', platform: 'Linux' }])
  const stored = await harness.store.get(`session:${sidOf(browser)}`)
  expect(stored?.value).toContain('Firefox')
  expect(stored?.value).not.toContain('140')
})

test('B51 a session that has ended or run out is not listed', async () => {
  const first = await logIn()
  const second = await logIn()
  await second.post('/bff/logout')
  expect((await list(first)).map(({ sid }) => sid)).toEqual([sidOf(first)])
  harness.advance(20_000)
  const third = await logIn()
  harness.advance(10_000)
  expect((await list(third)).map(({ sid }) => sid)).toEqual([sidOf(third)])
})

test('B51 a user ends one session, and it is over in every process', async () => {
  const browsers = [await logIn(), await logIn(), await logIn('bob')] as const
  const [first, second] = browsers
  const response = await end(first, sidOf(second))
  expect([response.status, response.text, response.setCookies]).toEqual([204, '', []])
  expect(await alive(...browsers)).toEqual(['both', 'none', 'both'])
  await harness.bff.close()
  expect(harness.provider.count('/revoke')).toBe(1)
})

test('B51 nobody ends the session of another user, and a refusal does not tell whether there is one', async () => {
  const alice = await logIn()
  const bob = await logIn('bob')
  const answers = [await end(alice, sidOf(bob)), await end(alice, 'A'.repeat(22))]
  for (const response of answers) expect(response.status).toBe(404)
  const [one, two] = answers.map((response) => ({ ...response.json(), correlationId: '' }))
  expect(one).toEqual(two)
  expect(await alive(alice, bob)).toEqual(['both', 'both'])
})

test('B51 the session that asks can be ended too, which is a logout', async () => {
  const alice = await logIn()
  const sid = sidOf(alice)
  expect((await end(alice, sid)).status).toBe(204)
  expect(alice.jar.size).toBe(0)
  expect((await harness.store.get(`session:${sid}`))?.value).toContain('"ended"')
})

test.each(['', 'x', '../session', 'A'.repeat(23), '%41'.repeat(22), `${'A'.repeat(22)}/`])(
  'B51 what is no session identifier leads nowhere: "%s"',
  async (sid) => {
    expect((await end(await logIn(), sid)).status).toBe(404)
  },
)

test('B51 without a session there is nothing to see and nothing to end', async () => {
  const alice = await logIn()
  const stranger = harness.newBrowser()
  expect((await stranger.get('/bff/sessions')).status).toBe(401)
  expect((await end(stranger, sidOf(alice))).status).toBe(401)
  expect(await alive(alice)).toEqual(['both'])
})

test('B51 B100 a global logout ends every session of the user, in every process', async () => {
  const browsers = [await logIn(), await logIn(), await logIn(), await logIn('bob')] as const
  const copy = harness.newBrowser()
  for (const [name, cookie] of browsers[0].jar) copy.jar.set(name, cookie)
  const response = await browsers[0].post('/bff/logout', { scope: 'global' })
  expect(response.json().logoutUrl).toContain('/end?')
  expect(browsers[0].jar.size).toBe(0)
  expect(await alive(copy, ...browsers.slice(1))).toEqual(['none', 'none', 'none', 'both'])
  await harness.bff.close()
  expect(harness.provider.count('/revoke')).toBe(3)
})

test('B51 a logout of the others leaves this session and the one at the provider alone', async () => {
  const browsers = [await logIn(), await logIn(), await logIn(), await logIn('bob')] as const
  const response = await browsers[0].post('/bff/logout', { scope: 'others' })
  expect([response.status, response.json(), response.setCookies]).toEqual([200, {}, []])
  expect(await alive(...browsers)).toEqual(['both', 'none', 'none', 'both'])
})

test('B51 only who is logged in ends the others', async () => {
  const alice = await logIn()
  expect((await harness.newBrowser().post('/bff/logout', { scope: 'others' })).status).toBe(401)
  expect((await harness.newBrowser().post('/bff/logout', { scope: 'global' })).json()).toEqual({})
  expect(await alive(alice)).toEqual(['both'])
})

test('B51 an operator ends one session, and its next request is refused in every process', async () => {
  const browsers = [await logIn(), await logIn()] as const
  expect(await harness.bff.endSessions({ sid: sidOf(browsers[1]) })).toBe(1)
  expect(await alive(...browsers)).toEqual(['both', 'none'])
  expect((await browsers[1].post('/bff/token')).json()).toMatchObject({
    code: 'session_revoked',
    reason: 'revoked',
  })
  expect(await harness.bff.endSessions({ sid: sidOf(browsers[1]) })).toBe(0)
})

test('B51 an operator ends all sessions of one user, in every process', async () => {
  const browsers = [await logIn(), await logIn(), await logIn('bob')] as const
  expect(await harness.bff.endSessions({ subject: 'alice' })).toBe(2)
  expect(await alive(...browsers)).toEqual(['none', 'none', 'both'])
  expect(await harness.bff.endSessions({ subject: 'nobody' })).toBe(0)
})
