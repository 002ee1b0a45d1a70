// @vitest-environment node
import { inspect } from 'node:util'
import { HttpResponse } from 'msw'
import { expect, test, vi } from 'vitest'
import type { AuthClient } from './create-auth-client.ts'
import { apiOrigin, createGate, problem } from './fake-bff.fixture.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

/** Whether a text holds a token, plain or in an encoding of it. */
const holdsToken = (text: string): boolean =>
  stage.bff.tokens.some((token) =>
    [token, btoa(token), encodeURIComponent(token), Buffer.from(token).toString('hex')].some(
      (form) => text.includes(form),
    ),
  )

/** Everything that can be reached from a value by properties, prototypes and accessors. */
const reachable = (value: unknown, seen = new Set<unknown>()): string => {
  if (typeof value === 'string') return `${value}\n`
  if (value === null || !['object', 'function'].includes(typeof value) || seen.has(value)) return ''
  seen.add(value)
  let text = ''
  for (const key of Reflect.ownKeys(value as object)) {
    const { get, value: member } = Object.getOwnPropertyDescriptor(value, key) ?? {}
    text += `${String(key)}\n`
    text += reachable(get ? Reflect.apply(get, value, []) : member, seen)
  }
  return text
}

/** Uses a client in every way there is. */
const use = async (client: AuthClient): Promise<unknown[]> => {
  const told: unknown[] = []
  const note = (detail: unknown) => told.push(detail)
  for (const name of [
    'loginRequired',
    'tokenRenewed',
    'sessionExpiring',
    'sessionEnded',
    'userChanged',
  ] as const) {
    client.on(name, note)
  }
  client.subscribe(() => note(client.getState()))
  await client.ready()
  await client.fetch(`${apiOrigin}/orders`)
  stage.bff.refused.add(await client.getAccessToken())
  await client.fetch(`${apiOrigin}/orders`, { method: 'POST', body: 'x' })
  await stage.page.pass(290_000)
  await client.refreshSession()
  return told
}

test('C01 the token is in memory only: no storage, cookie, address, history, name, global or message holds it', async () => {
  const messages: unknown[] = []
  const listener = new BroadcastChannel('coatcheck:/bff')
  listener.onmessage = (event) => messages.push((event as MessageEvent).data)
  const client = stage.create()
  const told = await use(client)
  client.login({ returnTo: '/here' })
  await client.logout()
  stage.create()
  await stage.page.idle()
  listener.close()

  const { window, navigations } = stage.page
  const places = {
    local: { ...window.localStorage },
    session: { ...window.sessionStorage },
    cookie: window.document.cookie,
    history: window.history.state,
    address: window.location.href,
    name: window.name,
    html: window.document.documentElement.outerHTML,
    navigations,
    messages,
    told,
  }
  expect(stage.bff.tokens.length).toBeGreaterThan(2)
  expect(messages.length).toBeGreaterThan(0)
  expect(told.length).toBeGreaterThan(3)
  expect(holdsToken(inspect(places, { depth: 10, maxStringLength: null }))).toBe(false)
  expect(holdsToken(JSON.stringify(places))).toBe(false)
  for (const key of Reflect.ownKeys(globalThis)) {
    const value: unknown = Reflect.get(globalThis, key)
    if (typeof value === 'string') expect(holdsToken(value)).toBe(false)
  }
  expect(Object.keys(places.local)).toEqual([])
  expect(Object.keys(places.session)).toEqual([])
})

test('C03 no way of looking at the client leads to a token', async () => {
  const client = await stage.createReady()
  await use(client)
  expect(stage.bff.tokens.length).toBeGreaterThan(1)
  const looks = [
    JSON.stringify(client),
    JSON.stringify(client.getState()),
    inspect(client, { depth: Infinity, showHidden: true, getters: true, maxStringLength: null }),
    inspect(client.getState(), { depth: Infinity, showHidden: true }),
    inspect(structuredClone(client.getState()), { depth: Infinity }),
    reachable(client),
    reachable(client.getState()),
    Object.values(client).map(String).join(),
    `${client}`,
  ]
  for (const look of looks) expect(holdsToken(look)).toBe(false)
  expect(() => structuredClone(client)).toThrow()
})

test('C03 C26 no error holds a token, an address or what the BFF said besides its codes', async () => {
  const client = await stage.createReady()
  const token = await client.getAccessToken()
  stage.bff.refused.add(token)
  const failures: unknown[] = []
  const attempt = async (answer: () => Response): Promise<void> => {
    stage.bff.onToken = answer
    stage.bff.onSession = answer
    failures.push(await client.fetch(`${apiOrigin}/orders?secret=1`).catch((error) => error))
    failures.push(await client.getAccessToken({ resource: 'reports' }).catch((error) => error))
    await client.refreshSession()
  }
  const leak = `{"access_token":"${token}","expires_in":300,`
  await attempt(() => new HttpResponse(leak))
  await attempt(() => new HttpResponse(`${leak}"x":${token}}`))
  await attempt(() => new HttpResponse(token))
  await attempt(() => new HttpResponse(leak, { status: 500 }))
  await attempt(() => HttpResponse.json({ access_token: `${token}\n`, expires_in: 300 }))
  await attempt(() => HttpResponse.json({ access_token: `${token} x`, expires_in: 300 }))
  await attempt(() =>
    problem(502, 'provider_error', 'later', { detail: token, access_token: token }),
  )
  await attempt(() => HttpResponse.error())
  stage.bff.onApi = () => HttpResponse.error()
  failures.push(await client.fetch(`${apiOrigin}/orders`).catch((error) => error))

  expect(failures.length).toBeGreaterThan(15)
  for (const error of failures) {
    expect(error).toBeInstanceOf(Error)
    const look = inspect(error, { depth: Infinity, showHidden: true, maxStringLength: null })
    expect(holdsToken(look + JSON.stringify(error) + reachable(error))).toBe(false)
    expect((error as Error).message).not.toContain('localhost')
  }
})

test('C26 a listener that throws is told no token, and what it threw is reported as it is', async () => {
  const client = stage.create()
  const details: unknown[] = []
  for (const name of ['tokenRenewed', 'sessionEnded', 'loginRequired', 'userChanged'] as const) {
    client.on(name, (...seen) => {
      details.push(...seen)
      throw new Error(`thrown by ${name}`)
    })
  }
  client.subscribe((...seen: unknown[]) => {
    details.push(...seen)
    throw new Error('thrown by a subscriber')
  })
  await client.ready()
  await client.getAccessToken({ resource: 'reports' })
  stage.bff.user = { sub: 'bob' }
  stage.bff.sid = 'sid-2'
  await client.refreshSession()
  await client.logout()
  await client.getAccessToken().catch(() => undefined)
  expect(details.length).toBeGreaterThan(4)
  expect(stage.page.reported.length).toBeGreaterThan(6)
  expect(holdsToken(inspect([details, stage.page.reported], { depth: Infinity }))).toBe(false)
})

/** What a script that came later may have replaced. */
const tampered: readonly [name: string, owner: () => object, key: string][] = [
  ['fetch', () => globalThis, 'fetch'],
  ['Request', () => globalThis, 'Request'],
  ['Headers', () => globalThis, 'Headers'],
  ['Response', () => globalThis, 'Response'],
  ['URL', () => globalThis, 'URL'],
  ['Object', () => globalThis, 'Object'],
  ['encodeURI', () => globalThis, 'encodeURI'],
  ['TextEncoder', () => globalThis, 'TextEncoder'],
  ['BroadcastChannel', () => globalThis, 'BroadcastChannel'],
  ['Headers.prototype.set', () => Headers.prototype, 'set'],
  ['Headers.prototype.append', () => Headers.prototype, 'append'],
  ['Response.prototype.text', () => Response.prototype, 'text'],
  ['Response.prototype.json', () => Response.prototype, 'json'],
  ['Response.prototype.clone', () => Response.prototype, 'clone'],
  ['JSON.parse', () => JSON, 'parse'],
  ['JSON.stringify', () => JSON, 'stringify'],
  ['Promise.prototype.then', () => Promise.prototype, 'then'],
  ['Promise.prototype.catch', () => Promise.prototype, 'catch'],
  ['Promise.prototype.finally', () => Promise.prototype, 'finally'],
  ['Promise.race', () => Promise, 'race'],
  ['Promise.all', () => Promise, 'all'],
  ['Promise.resolve', () => Promise, 'resolve'],
  ['Function.prototype.call', () => Function.prototype, 'call'],
  ['Function.prototype.apply', () => Function.prototype, 'apply'],
  ['Function.prototype.bind', () => Function.prototype, 'bind'],
  ['Map.prototype.set', () => Map.prototype, 'set'],
  ['Map.prototype.get', () => Map.prototype, 'get'],
  ['Array.prototype.map', () => Array.prototype, 'map'],
  ['Array.prototype.find', () => Array.prototype, 'find'],
  ['Array.prototype.push', () => Array.prototype, 'push'],
  ['Object.entries', () => Object, 'entries'],
  ['Object.assign', () => Object, 'assign'],
  ['Object.values', () => Object, 'values'],
  ['RegExp.prototype.exec', () => RegExp.prototype, 'exec'],
  ['RegExp.prototype.test', () => RegExp.prototype, 'test'],
  ['String.prototype.replace', () => String.prototype, 'replace'],
  ['String.prototype.concat', () => String.prototype, 'concat'],
  ['TextEncoder.prototype.encode', () => TextEncoder.prototype, 'encode'],
  ['crypto.subtle.digest', () => Object.getPrototypeOf(crypto.subtle), 'digest'],
]

/**
 * A BFF and an API that use nothing a script could have replaced, so that only the client is
 * watched. The API refuses the first token.
 */
const playPlainly = () => {
  const { tokens } = stage.bff
  const headers: string[] = []
  class PlainResponse {
    readonly ok: boolean
    readonly status: number
    readonly headers = { get: () => null }
    readonly #text: string
    constructor(status: number, text: string) {
      this.ok = status === 200
      this.status = status
      this.#text = text
    }
    async text(): Promise<string> {
      return this.#text
    }
    async json(): Promise<never> {
      throw new Error('not asked for')
    }
    clone(): PlainResponse {
      return this
    }
  }
  const tokenText = (): string => {
    const token = `secret-token-${tokens.length}`
    tokens[tokens.length] = token
    return `{"access_token":"${token}","expires_in":300,"resource":"orders"}`
  }
  const sessionText = (): string =>
    `{"authenticated":true,"user":{"sub":"alice"},"session":{"sid":"s","expiresInSeconds":9999},"token":${tokenText()}}`
  const play = async (input: unknown, init: { headers?: Record<string, string> } = {}) => {
    if (`${input}`.startsWith('http://localhost:4000/bff/session?resource=orders')) {
      return new PlainResponse(200, sessionText())
    }
    if (input === 'http://localhost:4000/bff/logout') return new PlainResponse(200, '{}')
    if (input === 'http://localhost:4000/bff/token') return new PlainResponse(200, tokenText())
    const { authorization = '' } = init.headers ?? {}
    headers[headers.length] = authorization
    return new PlainResponse(authorization === `Bearer ${tokens[0]}` ? 401 : 200, 'fine')
  }
  vi.stubGlobal('Response', PlainResponse)
  return { fetch: play as unknown as typeof globalThis.fetch, headers }
}

test('C02 the client neither reads nor writes cookies, storage, databases or locks', async () => {
  const { fetch } = playPlainly()
  const touched: string[] = []
  const { window } = stage.page
  const trap = (owner: object, name: string): void => {
    Object.defineProperty(owner, name, {
      configurable: true,
      get: () => touched.push(name),
      set: () => touched.push(name),
    })
  }
  trap(window.document, 'cookie')
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore']) {
    trap(window, name)
    vi.stubGlobal(name, undefined)
    trap(globalThis, name)
  }
  vi.stubGlobal('navigator', {})
  trap(globalThis.navigator, 'locks')
  trap(globalThis.navigator, 'serviceWorker')
  const client = stage.create({ fetch })
  await use(client)
  await client.logout()
  expect(touched).toEqual([])
})

/** Calls no proxy that it comes across: the test runner, which worked meanwhile, has one that sends. */
const everything = {
  depth: 6,
  maxStringLength: null,
  maxArrayLength: null,
  showProxy: true,
} as const

const bind =
  (method: () => unknown, self: object) =>
  (...args: unknown[]): unknown =>
    Reflect.apply(method, self, args)

test.each(tampered)(
  'C20 %s replaced after the client was created never sees a token',
  async (_name, owner, key) => {
    const { fetch, headers } = playPlainly()
    const client = await stage.createReady({ fetch })
    const target = owner() as Record<string, unknown>
    const original = target[key] as (...args: unknown[]) => unknown
    const seen: unknown[] = []
    const note = (...it: unknown[]): void => {
      seen[seen.length] = it
    }
    const spy = new Proxy(original, {
      apply: (method, self, args) => {
        const result = Reflect.apply(method, self, args)
        note(self, args, result)
        return result
      },
      construct: (made, args) => {
        const result = Reflect.construct(made, args)
        note(args, result)
        return result
      },
      // Static methods want the class itself.
      get: (owned, name) => {
        const member: unknown = Reflect.get(owned, name)
        return member instanceof Function && name !== 'prototype'
          ? bind(member as () => unknown, owned)
          : member
      },
    })
    target[key] = spy
    try {
      await client.fetch(`${apiOrigin}/orders`, { method: 'POST', body: 'x' })
      await client.fetch(new URL(`${apiOrigin}/orders`))
    } finally {
      target[key] = original
    }
    const [first, second] = stage.bff.tokens
    expect(headers).toEqual([`Bearer ${first}`, `Bearer ${second}`, `Bearer ${second}`])
    const look = inspect(seen, everything)
    expect(holdsToken(look)).toBe(false)
  },
)

test('C20 an accessor on Object.prototype never gets hold of a token', async () => {
  const { fetch, headers } = playPlainly()
  const client = await stage.createReady({ fetch })
  const seen: unknown[] = []
  const names = ['then', 'token', 'orders\n', 'authorization', 'toJSON', 'body', 'method', 'get']
  for (const name of names) {
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      get() {
        seen[seen.length] = this
        return undefined
      },
      set(value) {
        seen[seen.length] = value
      },
    })
  }
  try {
    await client.fetch(`${apiOrigin}/orders`)
  } finally {
    for (const name of names) Reflect.deleteProperty(Object.prototype, name)
  }
  expect(headers.at(-1)).toBe(`Bearer ${stage.bff.tokens[1]}`)
  const look = inspect(seen, everything)
  expect(holdsToken(look)).toBe(false)
})

test('C11 a token that arrives after the logout is gone', async () => {
  const client = await stage.createReady()
  const gate = createGate()
  const asked = createGate()
  stage.bff.onToken = async () => {
    asked.open()
    await gate.opened
    return HttpResponse.json(stage.bff.nextToken('reports'))
  }
  const call = client.getAccessToken({ resource: 'reports' }).catch((error) => error)
  await asked.opened
  await client.logout()
  gate.open()
  expect(await call).toMatchObject({ code: 'session_required' })
  await stage.page.idle()
  expect(client.getState()).toEqual({ status: 'unauthenticated', reason: 'logout' })
  await expect(client.getAccessToken({ resource: 'reports' })).rejects.toMatchObject({
    code: 'session_required',
  })
})
