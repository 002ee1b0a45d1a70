import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Browser, navigationHeaders } from '../testing/browser.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import {
  createRecordingStore,
  type RecordingStore,
  type StoreCall,
} from '../testing/recording-store.ts'

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

const sidOf = (browser: Browser) => browser.jar.get('__Host-Http-coatcheck-hint')?.value ?? ''

const cookiesOf = (browser: Browser) =>
  [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')

const devices = async (browser = harness.browser) =>
  (await browser.get('/bff/sessions')).json().sessions as readonly { readonly current: boolean }[]

const expectOneDevice = async () =>
  expect(await devices()).toEqual([expect.objectContaining({ current: true })])

const isLoggedIn = async (browser = harness.browser) =>
  (await browser.get('/bff/session')).json().authenticated === true

/** Holds the first call of that kind until it is let go. */
const holdFirst = (isMeant: (call: StoreCall) => boolean) => {
  const gate = createGate()
  let isHeld = false
  store.before = async (call) => {
    if (isHeld || !isMeant(call)) return
    isHeld = true
    await gate.pass()
  }
  return gate
}

/** A login whose callback waits at the provider's token endpoint; it brings its own state alone. */
const startSlowLogin = async () => {
  const gate = createGate()
  const url = await harness.startLogin()
  harness.provider.script.token = async (_request, standard) => {
    await gate.pass()
    return { body: await standard() }
  }
  const answer = harness.browser.navigate(harness.callbackPath(url), 'cross-site')
  await gate.reached
  delete harness.provider.script.token
  const finish = async () => {
    gate.open()
    return answer
  }
  return { finish }
}

for (const before of ['nobody', 'somebody'] as const) {
  test(`B26 a login that overtakes a slow one is kept by both, where ${before} was logged in`, async () => {
    if (before === 'somebody') await harness.login()
    harness.advance(60)
    const slow = await startSlowLogin()
    harness.advance(2)
    await harness.login()
    const faster = sidOf(harness.browser)
    harness.advance(1)
    expect((await slow.finish()).location).toBe(`${harness.origin}/`)
    expect(sidOf(harness.browser)).toBe(faster)
    await expectOneDevice()
  })
}

test('B26 a slow login replaces a session that overtook it long ago', async () => {
  const slow = await startSlowLogin()
  await harness.login()
  const faster = sidOf(harness.browser)
  harness.advance(6)
  await slow.finish()
  expect(sidOf(harness.browser)).not.toBe(faster)
  await expectOneDevice()
})

test('B26 a slow login learns of the last of those that overtook it', async () => {
  const slow = await startSlowLogin()
  await harness.login()
  harness.advance(1)
  await harness.login()
  harness.advance(1)
  await harness.login()
  const last = sidOf(harness.browser)
  await slow.finish()
  expect(sidOf(harness.browser)).toBe(last)
  await expectOneDevice()
})

test('B26 a slow login stands where the user has logged out of the one that overtook it', async () => {
  const slow = await startSlowLogin()
  await harness.login()
  await harness.browser.post('/bff/logout')
  await slow.finish()
  await expectOneDevice()
})

test('B26 a login that cannot know of another one keeps its session, though it came later', async () => {
  const { browser } = harness
  const unaware = harness.callbackPath(await harness.startLogin())
  const cookie = cookiesOf(browser)
  const aware = harness.callbackPath(await harness.startLogin())
  harness.advance(1)
  // Its session is made before the other one's, and it looks around after it.
  const held = holdFirst(({ key }) => key.startsWith('overtaken:'))
  const first = browser.navigate(aware, 'cross-site')
  await held.reached
  harness.advance(1)
  const headers = { ...navigationHeaders, 'sec-fetch-site': 'cross-site', cookie }
  await browser.send(unaware, { headers })
  const kept = [...browser.jar]
  held.open()
  await first
  // Its answer is the last to arrive.
  for (const [name, value] of kept) browser.jar.set(name, value)
  expect(await isLoggedIn()).toBe(true)
  await expectOneDevice()
})

test('B26 a note that is left while the login makes its session is not missed', async () => {
  const slow = await startSlowLogin()
  const held = holdFirst(({ method, key }) => method === 'put' && key.startsWith('login:'))
  const finished = slow.finish()
  await held.reached
  await harness.login()
  held.open()
  await finished
  await expectOneDevice()
})

test('B26 a session that appears while its login is to be told of another one is not missed', async () => {
  const slow = await startSlowLogin()
  const url = await harness.startLogin()
  // The second to be written is what the faster login leaves for the slow one.
  let puts = 0
  const held = holdFirst(({ method, key }) => {
    puts += method === 'put' && key.startsWith('login:') ? 1 : 0
    return puts === 2
  })
  const faster = harness.browser.navigate(harness.callbackPath(url), 'cross-site')
  await held.reached
  harness.advance(1)
  await slow.finish()
  const kept = [...harness.browser.jar]
  held.open()
  await faster
  for (const [name, value] of kept) harness.browser.jar.set(name, value)
  expect(await isLoggedIn()).toBe(true)
  await expectOneDevice()
})

/** The callbacks of two logins that know of each other, each with every cookie of the browser. */
const startPair = async () => {
  const urls = [await harness.startLogin(), await harness.startLogin()]
  const [first = '', second = ''] = urls.map((url) => harness.callbackPath(url))
  const headers = {
    ...navigationHeaders,
    'sec-fetch-site': 'cross-site',
    cookie: cookiesOf(harness.browser),
  }
  return { first, second, headers }
}

/** The second of two such logins waits before its first such call. */
const overtakeSecond = async (isMeant: (first: string) => (call: StoreCall) => boolean) => {
  const { browser } = harness
  const { first, second, headers } = await startPair()
  const other = harness.newBrowser()
  await other.send(first, { headers })
  harness.advance(1)
  const held = holdFirst(isMeant(sidOf(other)))
  const answer = browser.send(second, { headers })
  await held.reached
  const finish = () => {
    held.open()
    return answer
  }
  return { winner: sidOf(other), finish }
}

for (const before of ['nobody', 'somebody'] as const) {
  test(`B26 who gave way to a session that was ended meanwhile keeps its own, where ${before} was logged in`, async () => {
    if (before === 'somebody') await harness.login()
    harness.advance(60)
    let reads = 0
    const { winner, finish } = await overtakeSecond((first) => ({ method, key }) => {
      reads += method === 'get' && key === `session:${first}` ? 1 : 0
      // The first finds it alive; the second comes just before a session is to give way to it.
      return reads === 2
    })
    expect(await harness.bff.endSessions({ sid: winner })).toBe(1)
    expect((await finish()).status).toBe(303)
    expect(sidOf(harness.browser)).not.toBe(winner)
    await expectOneDevice()
  })
}

/** A login that somebody else began at their own machine, planted in this browser as well. */
const plantLogin = async () => {
  const attacker = harness.newBrowser()
  const url = await harness.startLogin('/bff/login', attacker)
  for (const [name, cookie] of attacker.jar) harness.browser.jar.set(name, cookie)
  const finish = () => attacker.navigate(harness.callbackPath(url, 'mallory'), 'cross-site')
  return { attacker, finish }
}

const userOf = async (browser: Browser) =>
  ((await browser.get('/bff/session')).json().user as { sub?: string } | undefined)?.sub

for (const seconds of [1, 120]) {
  test(`B26 a login planted in a browser and finished ${seconds} s after its user’s gets and ends nothing`, async () => {
    const { attacker, finish } = await plantLogin()
    const url = await harness.startLogin()
    await harness.browser.navigate(harness.callbackPath(url, 'victim'), 'cross-site')
    harness.advance(seconds)
    await finish()
    expect(await userOf(attacker)).toBe('mallory')
    expect(await userOf(harness.browser)).toBe('victim')
  })
}

test('B26 a login planted in a browser and finished before its user’s gives that browser no session', async () => {
  const { attacker, finish } = await plantLogin()
  const url = await harness.startLogin()
  await finish()
  harness.advance(1)
  await harness.browser.navigate(harness.callbackPath(url, 'victim'), 'cross-site')
  expect(await userOf(harness.browser)).toBe('victim')
  expect(await userOf(attacker)).toBe('mallory')
})

for (const seconds of [1, 4.9, 6]) {
  test(`B26 a login that stood still for ${seconds} s before it looked around ends nobody who is logged in`, async () => {
    const { browser } = harness
    const { first, second, headers } = await startPair()
    let reads = 0
    const held = holdFirst(({ method, key }) => {
      reads += method === 'get' && key.startsWith('login:') ? 1 : 0
      return reads === 2
    })
    const slow = browser.send(first, { headers })
    await held.reached
    harness.advance(seconds)
    await browser.send(second, { headers })
    expect(await isLoggedIn()).toBe(true)
    held.open()
    await slow
    expect(await isLoggedIn()).toBe(true)
    await expectOneDevice()
  })
}

test('B26 a login that was replaced by one it cannot see leaves the browser that one’s cookie', async () => {
  const held = holdFirst(({ method, key }) => method === 'get' && key.startsWith('session:'))
  const slow = harness.browser.navigate(
    harness.callbackPath(await harness.startLogin()),
    'cross-site',
  )
  await held.reached
  harness.advance(6)
  await harness.login()
  held.open()
  await slow
  expect(await isLoggedIn()).toBe(true)
  await expectOneDevice()
})

test('B26 of two users who log in in two tabs the later one is logged in, and the other one is not', async () => {
  const urls = [await harness.startLogin(), await harness.startLogin()]
  const [bob = '', alice = ''] = urls
  harness.advance(1)
  await harness.browser.navigate(harness.callbackPath(bob, 'bob'), 'cross-site')
  const before = harness.newBrowser()
  for (const [name, cookie] of harness.browser.jar) before.jar.set(name, cookie)
  harness.advance(1)
  await harness.browser.navigate(harness.callbackPath(alice, 'alice'), 'cross-site')
  expect(await userOf(harness.browser)).toBe('alice')
  expect((await before.get('/bff/session')).json().reason).toBe('replaced')
})

test('B26 logins that made their sessions in the same instant decide alike', async () => {
  const { browser } = harness
  for (let round = 0; round < 8; round += 1) {
    const { first, second, headers } = await startPair()
    // Both have told of themselves before either of them looks around.
    const gates = [createGate(), createGate()]
    let reads = 0
    store.before = async ({ method, key }) => {
      if (method !== 'get' || !key.startsWith('login:')) return
      reads += 1
      // Each reads what stands under its own state first.
      if (reads > 2) await gates[reads - 3]?.pass()
    }
    const answers = [browser.send(first, { headers }), browser.send(second, { headers })]
    await Promise.all(gates.map(({ reached }) => reached))
    store.before = () => {}
    for (const gate of gates) gate.open()
    await Promise.all(answers)
    expect(await isLoggedIn()).toBe(true)
    await expectOneDevice()
    await browser.post('/bff/logout')
    browser.jar.clear()
    harness.advance(60)
  }
})
