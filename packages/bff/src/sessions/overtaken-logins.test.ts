import { StoreError } from '@coatcheck/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Browser } from '../testing/browser.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

let harness: Harness
let store: RecordingStore

beforeEach(async () => {
  harness = await createHarness({
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
})
afterEach(() => harness.close())

const isLoggedIn = async (browser: Browser) =>
  (await browser.get('/bff/session')).json().authenticated === true

/** Every way to end all sessions of alice; each is told of a browser in which she is logged in. */
const ways: readonly (readonly [string, (browser: Browser) => Promise<unknown>])[] = [
  ['a global logout', (browser) => browser.post('/bff/logout', { scope: 'global' })],
  ['a logout of the others', (browser) => browser.post('/bff/logout', { scope: 'others' })],
  ['an operator', () => harness.bff.endSessions({ subject: 'alice' })],
]

/** At each of these writes a login has made less than what the look-up of sessions needs. */
const moments = ['state:', 'subject:', 'session:', 'login:']

for (const [way, endAll] of ways) {
  for (const prefix of moments) {
    test(`B51 a login that is at its write of ${prefix} ends with all others by ${way}`, async () => {
      await harness.login(harness.browser, 'alice')
      const other = harness.newBrowser()
      const gate = createGate()
      const authorizationUrl = await harness.startLogin('/bff/login', other)
      store.before = async ({ method, key }) => {
        if (method !== 'get' && key.startsWith(prefix)) await gate.pass()
      }
      const finished = other.navigate(harness.callbackPath(authorizationUrl, 'alice'))
      await gate.reached
      store.before = () => {}
      harness.advance(1)
      await endAll(harness.browser)
      gate.open()
      expect((await finished).status).toBe(303)
      const answer = (await other.get('/bff/session')).json()
      // Whoever finds it first gives the reason: the look-up, or the login itself.
      expect(['logout', 'revoked']).toContain(answer.reason)
      expect(answer.authenticated).toBe(false)
      await harness.bff.close()
      expect(harness.provider.count('/revoke')).toBeGreaterThanOrEqual(1)
    })
  }

  test(`B51 a login page that was open when all sessions ended by ${way} logs nobody in`, async () => {
    await harness.login(harness.browser, 'alice')
    const other = harness.newBrowser()
    const authorizationUrl = await harness.startLogin('/bff/login', other)
    await endAll(harness.browser)
    harness.advance(500)
    await other.navigate(harness.callbackPath(authorizationUrl, 'alice'), 'cross-site')
    expect(await isLoggedIn(other)).toBe(false)
    await harness.login(other, 'alice')
    expect(await isLoggedIn(other)).toBe(true)
  })
}

test('B51 the logins of other users go on', async () => {
  await harness.login(harness.browser, 'alice')
  const other = harness.newBrowser()
  const authorizationUrl = await harness.startLogin('/bff/login', other)
  await harness.browser.post('/bff/logout', { scope: 'global' })
  await other.navigate(harness.callbackPath(authorizationUrl, 'bob'), 'cross-site')
  expect(await isLoggedIn(other)).toBe(true)
})

test('B51 a local logout stops no login', async () => {
  await harness.login(harness.browser, 'alice')
  const other = harness.newBrowser()
  const authorizationUrl = await harness.startLogin('/bff/login', other)
  await harness.browser.post('/bff/logout')
  await other.navigate(harness.callbackPath(authorizationUrl, 'alice'), 'cross-site')
  expect(await isLoggedIn(other)).toBe(true)
})

test('B51 a logout of the others leaves the browser it was asked for logged in, whatever login it has begun', async () => {
  await harness.login(harness.browser, 'alice')
  const authorizationUrl = await harness.startLogin()
  harness.advance(1)
  await harness.browser.post('/bff/logout', { scope: 'others' })
  await harness.browser.navigate(harness.callbackPath(authorizationUrl, 'alice'), 'cross-site')
  expect(await isLoggedIn(harness.browser)).toBe(true)
  expect((await harness.browser.get('/bff/sessions')).json().sessions).toHaveLength(1)
})

test('B51 a login that is ended with all others costs the user before it no session', async () => {
  await harness.login(harness.browser, 'bob')
  const authorizationUrl = await harness.startLogin()
  await harness.bff.endSessions({ subject: 'alice' })
  harness.advance(1)
  await harness.browser.navigate(harness.callbackPath(authorizationUrl, 'alice'), 'cross-site')
  expect((await harness.browser.get('/bff/session')).json().user).toMatchObject({ sub: 'bob' })
})

test('B51 a login that is ended with all others puts no dead cookie over that of a login after it', async () => {
  const gate = createGate()
  const early = await harness.startLogin()
  await harness.bff.endSessions({ subject: 'alice' })
  harness.provider.script.token = async (_request, standard) => {
    await gate.pass()
    return { body: await standard() }
  }
  const overtaken = harness.browser.navigate(harness.callbackPath(early, 'alice'), 'cross-site')
  await gate.reached
  delete harness.provider.script.token
  harness.advance(1)
  await harness.login(harness.browser, 'alice')
  gate.open()
  await overtaken
  expect(await isLoggedIn(harness.browser)).toBe(true)
})

test('B51 no login gives way to one that is ended with all others', async () => {
  const early = await harness.startLogin()
  harness.advance(1)
  await harness.bff.endSessions({ subject: 'alice' })
  harness.advance(1)
  const late = await harness.startLogin()
  const copy = harness.newBrowser()
  for (const [name, cookie] of harness.browser.jar) copy.jar.set(name, cookie)
  const gate = createGate()
  store.before = async ({ method, key }) => {
    if (method === 'swap' && key.startsWith('session:')) await gate.pass()
  }
  const overtaken = copy.navigate(harness.callbackPath(early, 'alice'), 'cross-site')
  await gate.reached
  store.before = () => {}
  // Of sessions that know of each other the first one would stay.
  harness.advance(1)
  await harness.browser.navigate(harness.callbackPath(late, 'alice'), 'cross-site')
  gate.open()
  await overtaken
  expect(await isLoggedIn(harness.browser)).toBe(true)
})

test('B51 of two such ends the later one counts, whoever writes first', async () => {
  await harness.login(harness.browser, 'alice')
  const gate = createGate()
  store.before = async ({ method, key }) => {
    if (method === 'put' && key.startsWith('overtaken:')) await gate.pass()
  }
  const early = harness.bff.endSessions({ subject: 'alice' })
  await gate.reached
  store.before = () => {}
  harness.advance(10)
  const other = harness.newBrowser()
  const authorizationUrl = await harness.startLogin('/bff/login', other)
  harness.advance(10)
  await harness.bff.endSessions({ subject: 'alice' })
  gate.open()
  await early
  await other.navigate(harness.callbackPath(authorizationUrl, 'alice'), 'cross-site')
  expect(await isLoggedIn(other)).toBe(false)
})

test('B51 sessions that are ended once more take the logins since the first time along', async () => {
  await harness.bff.endSessions({ subject: 'alice' })
  harness.advance(10)
  const authorizationUrl = await harness.startLogin()
  harness.advance(10)
  await harness.bff.endSessions({ subject: 'alice' })
  await harness.browser.navigate(harness.callbackPath(authorizationUrl, 'alice'), 'cross-site')
  expect(await isLoggedIn(harness.browser)).toBe(false)
})

test('B51 a login whose session could not be listed makes none, for nobody could end it', async () => {
  store.before = ({ method, key }) => {
    if (method !== 'get' && key.startsWith('subject:')) {
      throw new StoreError('store_unavailable', 'The connection is gone.')
    }
  }
  await harness.login(harness.browser, 'alice')
  const records = store.calls.filter(({ key }) => key.startsWith('session:'))
  expect(records.filter(({ method }) => method !== 'get')).toEqual([])
})
