import { StoreError } from '@coatcheck/store'
import { afterEach, expect, test } from 'vitest'
import type { Browser } from '../testing/browser.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import {
  createPlainKoaSession,
  type PlainKoaSession,
  type PlainKoaSessionOptions,
} from '../testing/plain-koa-session.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

const cookieName = '__Host-Http-coatcheck'

const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const startPlain = async (options: PlainKoaSessionOptions): Promise<PlainKoaSession> => {
  const plain = await createPlainKoaSession(options)
  closing.push(plain.close)
  return plain
}

interface Ours {
  readonly harness: Harness
  readonly store: RecordingStore
  readonly browser: Browser
  /** A browser with the cookies as they are now. */
  copy(): Browser
}

const startOurs = async (): Promise<Ours> => {
  let store: RecordingStore | undefined
  const harness = await createHarness({
    bff: (standard) => ({
      ...standard,
      resources: {
        orders: { mode: 'token', audience: 'https://orders.example', scope: 'orders:read' },
        billing: { mode: 'token', audience: 'https://billing.example', scope: 'billing:read' },
      },
    }),
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  closing.push(harness.close)
  if (store === undefined) throw new Error('The harness made no store.')
  const { browser } = harness
  const copy = () => {
    const other = harness.newBrowser()
    for (const [name, cookie] of browser.jar) other.jar.set(name, cookie)
    return other
  }
  return { harness, store, browser, copy }
}

/** Holds the first call of a method at the store, before it is carried out. */
const holdFirst = (store: RecordingStore, method: string) => {
  const gate = createGate()
  let isHeld = false
  store.before = (call) => {
    if (isHeld || call.method !== method) return
    isHeld = true
    return gate.pass()
  }
  return gate
}

const isLoggedIn = async (browser: Browser) =>
  (await browser.get('/bff/session')).json().authenticated

const user = (ctx: { session: Record<string, unknown> | null }) => ({
  user: ctx.session?.user ?? null,
})

test('plain koa-session: a late request revives a session that was destroyed', async () => {
  const gate = createGate()
  const { browser } = await startPlain({
    routes: {
      '/login': (ctx) => {
        ctx.session = { user: 'alice' } as never
      },
      '/logout': (ctx) => {
        ctx.session = null
      },
      '/visit': async (ctx) => {
        await gate.pass()
        if (ctx.session !== null) ctx.session.visits = 1
      },
      '/who': user,
    },
  })
  await browser.get('/login')
  const visit = browser.get('/visit')
  await gate.reached
  await browser.get('/logout')
  expect((await browser.get('/who')).json()).toEqual({ user: null })
  gate.open()
  await visit
  expect((await browser.get('/who')).json()).toEqual({ user: 'alice' })
})

test('plain koa-session: with rolling even a late read revives a destroyed session', async () => {
  const gate = createGate()
  const { browser } = await startPlain({
    rolling: true,
    routes: {
      '/login': (ctx) => {
        ctx.session = { user: 'alice' } as never
      },
      '/logout': (ctx) => {
        ctx.session = null
      },
      '/read': async (ctx) => {
        await gate.pass()
        return user(ctx)
      },
      '/who': user,
    },
  })
  await browser.get('/login')
  const read = browser.get('/read')
  await gate.reached
  await browser.get('/logout')
  gate.open()
  await read
  expect((await browser.get('/who')).json()).toEqual({ user: 'alice' })
})

test('B87 a late renewal does not revive a session that was destroyed', async () => {
  const { harness, store, browser, copy } = await startOurs()
  await harness.login()
  const late = copy()
  harness.advance(601)
  const gate = holdFirst(store, 'swap')
  const renewal = late.post('/bff/token')
  await gate.reached
  await browser.post('/bff/logout')
  gate.open()
  expect((await renewal).status).toBe(401)
  expect(await isLoggedIn(late)).toBe(false)
})

test('B87 a late slide does not revive a session that was destroyed', async () => {
  const { harness, store, browser, copy } = await startOurs()
  await harness.login()
  const late = copy()
  harness.advance(120)
  const gate = holdFirst(store, 'touch')
  const slide = late.get('/bff/session')
  await gate.reached
  await browser.post('/bff/logout')
  gate.open()
  await slide
  expect(await isLoggedIn(late)).toBe(false)
  harness.advance(901)
  expect((await late.get('/bff/session')).json()).toEqual({ authenticated: false })
})

test('B87 a logout and a renewal at the same time leave no session, whoever writes first', async () => {
  for (const held of ['the logout', 'the renewal']) {
    const { harness, store, browser, copy } = await startOurs()
    await harness.login()
    const late = copy()
    harness.advance(601)
    const gate = holdFirst(store, 'swap')
    const calls = [() => browser.post('/bff/logout'), () => late.post('/bff/token')]
    if (held === 'the renewal') calls.reverse()
    const [first, second] = calls
    const slow = first?.()
    await gate.reached
    await second?.()
    gate.open()
    await slow
    expect([held, await isLoggedIn(late)]).toEqual([held, false])
  }
})

test('plain koa-session: of two changes at the same time one is lost', async () => {
  const gate = createGate()
  const add = (ctx: { session: Record<string, unknown> | null }, name: string) => {
    if (ctx.session !== null) ctx.session[name] = true
  }
  const { browser } = await startPlain({
    routes: {
      '/login': (ctx) => {
        ctx.session = { user: 'alice' } as never
      },
      '/slow': async (ctx) => {
        await gate.pass()
        add(ctx, 'slow')
      },
      '/quick': (ctx) => add(ctx, 'quick'),
      '/who': (ctx) => ({ ...ctx.session }),
    },
  })
  await browser.get('/login')
  const slow = browser.get('/slow')
  await gate.reached
  await browser.get('/quick')
  gate.open()
  await slow
  const session = (await browser.get('/who')).json()
  expect(session).toMatchObject({ slow: true })
  expect(session).not.toHaveProperty('quick')
})

test('two renewals at the same time are both kept', async () => {
  const { harness, store, browser } = await startOurs()
  await harness.login()
  harness.advance(601)
  const gate = holdFirst(store, 'swap')
  const orders = browser.post('/bff/token', { resource: 'orders' })
  await gate.reached
  const billing = browser.post('/bff/token', { resource: 'billing' })
  gate.open()
  const tokens = [(await orders).json().access_token, (await billing).json().access_token]
  const again = [
    (await browser.post('/bff/token', { resource: 'orders' })).json().access_token,
    (await browser.post('/bff/token', { resource: 'billing' })).json().access_token,
  ]
  expect(again).toEqual(tokens)
  expect(harness.provider.count('/token', 'refresh_token')).toBe(2)
})

test('a slide during a renewal is kept, and so is the renewal', async () => {
  const { harness, browser } = await startOurs()
  await harness.login()
  harness.advance(28_800 - 30)
  const gate = createGate()
  harness.provider.script.token = async (_request, standard) => {
    const body = await standard()
    await gate.pass()
    return { body }
  }
  const renewal = browser.post('/bff/token', { slide: false })
  await gate.reached
  await browser.get('/bff/session')
  gate.open()
  const { access_token } = (await renewal).json()
  harness.advance(60)
  const session = await browser.get('/bff/session?resource=orders')
  expect(session.json()).toMatchObject({ authenticated: true, token: { access_token } })
})

test('plain koa-session: a slow request from before the login overwrites the login cookie', async () => {
  const gate = createGate()
  const { browser } = await startPlain({
    routes: {
      '/visit': (ctx) => {
        if (ctx.session !== null) ctx.session.visits = 1
      },
      '/slow': async (ctx) => {
        await gate.pass()
        if (ctx.session !== null) ctx.session.visits = 2
      },
      '/login': async (ctx) => {
        await ctx.session?.regenerate()
        if (ctx.session !== null) ctx.session.user = 'alice'
      },
      '/who': user,
    },
  })
  await browser.get('/visit')
  const slow = browser.get('/slow')
  await gate.reached
  await browser.get('/login')
  expect((await browser.get('/who')).json()).toEqual({ user: 'alice' })
  gate.open()
  await slow
  expect((await browser.get('/who')).json()).toEqual({ user: null })
})

for (const [name, path] of [
  ['a slow session call', '/bff/session'],
  ['a slow token call', '/bff/token'],
] as const) {
  test(`B26 ${name} from before the login leaves the login cookie and its session alone`, async () => {
    const { harness, store, browser } = await startOurs()
    await harness.login()
    const gate = holdFirst(store, 'get')
    const slow = path === '/bff/token' ? browser.post(path) : browser.get(path)
    await gate.reached
    const before = browser.jar.get(cookieName)?.value
    await harness.login()
    const after = browser.jar.get(cookieName)?.value
    gate.open()
    expect((await slow).setCookies).toEqual([])
    expect(browser.jar.get(cookieName)?.value).toBe(after)
    expect(after).not.toBe(before)
    expect(await isLoggedIn(browser)).toBe(true)
  })
}

test('B27 an id that nobody issued is never adopted, whatever the request brings', async () => {
  const { harness, browser, store } = await startOurs()
  const planted = `${'P'.repeat(22)}.${'S'.repeat(64)}`
  browser.jar.set(cookieName, { value: planted, sameSite: 'lax' })
  browser.jar.set(`${cookieName}-hint`, { value: 'P'.repeat(22), sameSite: 'lax' })
  await harness.login()
  expect(browser.jar.get(cookieName)?.value).not.toContain('P'.repeat(22))
  expect(store.written.some(({ key }) => key.includes('P'.repeat(22)))).toBe(false)
  expect(await isLoggedIn(browser)).toBe(true)
})

test('B26 a login takes no id over from a session cookie that comes along, live or dead', async () => {
  const { harness, browser } = await startOurs()
  for (const state of ['none', 'live', 'dead']) {
    if (state === 'dead') harness.advance(28_800)
    const before = browser.jar.get(cookieName)?.value.split('.')[0]
    const authorizationUrl = await harness.startLogin()
    // With app and provider on one site the Strict cookie reaches the callback.
    const callback = await browser.navigate(harness.callbackPath(authorizationUrl), 'same-origin')
    expect([state, callback.status, callback.location]).toEqual([state, 303, `${harness.origin}/`])
    expect(browser.jar.get(cookieName)?.value.split('.')[0]).not.toBe(before)
    expect(await isLoggedIn(browser)).toBe(true)
  }
})

test('plain koa-session: an error after regenerate logs the user out', async () => {
  const { browser } = await startPlain({
    routes: {
      '/login': (ctx) => {
        ctx.session = { user: 'alice' } as never
      },
      '/again': async (ctx) => {
        await ctx.session?.regenerate()
        throw new Error('The login failed after all.')
      },
      '/who': user,
    },
  })
  await browser.get('/login')
  await browser.get('/again')
  expect((await browser.get('/who')).json()).toEqual({ user: null })
})

test('B26 a login that fails at the store leaves the session before it as it was', async () => {
  const { harness, store, browser } = await startOurs()
  await harness.login()
  const before = [...browser.jar].filter(([name]) => !name.includes('-tx-'))
  const authorizationUrl = await harness.startLogin()
  store.before = ({ method, key }) => {
    if (method === 'put' && key.startsWith('session:')) {
      throw new StoreError('store_unavailable', 'The connection is gone.')
    }
  }
  await browser.navigate(harness.callbackPath(authorizationUrl), 'cross-site')
  store.before = () => {}
  expect([...browser.jar].filter(([name]) => !name.includes('-tx-'))).toEqual(before)
  expect(await isLoggedIn(browser)).toBe(true)
})
