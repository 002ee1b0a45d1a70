import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseStoredSession, type SessionRecord } from '../sessions/session-record.ts'
import { createGate } from '../testing/gate.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

const words = ['orders:a', 'orders:b', 'orders:c', 'orders:d']

/** Every scope that is less than the whole: 14 of them. */
const narrowScopes = Array.from({ length: 2 ** words.length - 2 }, (_, chosen) =>
  words.filter((_word, bit) => ((chosen + 1) >> bit) % 2 === 1).join(' '),
)

let harness: Harness
let store: RecordingStore

beforeEach(async () => {
  harness = await createHarness({
    bff: (standard) => ({
      ...standard,
      resources: {
        orders: { mode: 'token', audience: 'https://orders.example', scope: words.join(' ') },
        billing: {
          mode: 'token',
          audience: 'https://billing.example',
          scope: 'billing:read billing:write',
        },
      },
    }),
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  await harness.login()
})
afterEach(() => harness.close())

/** What is asked for, and whether the session had it. */
const ask = async (body: Readonly<Record<string, unknown>>) => {
  const before = harness.provider.requests.length
  const { status } = await harness.browser.post('/bff/token', body)
  expect(status).toBe(200)
  return harness.provider.requests.length === before ? 'kept' : 'fetched'
}

const askEach = async (bodies: readonly Readonly<Record<string, unknown>>[]) => {
  const found: string[] = []
  for (const body of bodies) {
    found.push(await ask(body))
    harness.advance(1)
  }
  return found
}

const allOf = (count: number, found: string) => Array.from({ length: count }, () => found)
const narrow = narrowScopes.map((scope) => ({ scope }))

test('eight narrower tokens are kept, and a ninth takes the place of the one that expires first', async () => {
  const bodies = [...narrow.slice(0, 7), { resource: 'billing', scope: 'billing:read' }]
  for (const [index, body] of bodies.entries()) {
    harness.provider.script.accessTokenSeconds = index === 3 ? 500 : 600
    expect(await ask(body)).toBe('fetched')
  }
  expect(await askEach(bodies)).toEqual(allOf(8, 'kept'))
  expect(await ask({ scope: 'orders:d' })).toBe('fetched')
  expect(await askEach(bodies.filter((_body, index) => index !== 3))).toEqual(allOf(7, 'kept'))
  expect(await ask({ scope: 'orders:d' })).toBe('kept')
  expect(await askEach(bodies.slice(3, 4))).toEqual(['fetched'])
})

test('a script that asks for every narrower scope does not make the record grow without end', async () => {
  expect(await askEach(narrow.slice(0, 8))).toEqual(allOf(8, 'fetched'))
  const full = store.written.at(-1)?.value.length ?? 0
  expect(await askEach(narrow.slice(8))).toEqual(allOf(6, 'fetched'))
  // Other words, but not another token.
  expect(store.written.at(-1)?.value.length).toBeLessThan(full + 200)
  expect(await askEach(narrow.slice(-8))).toEqual(allOf(8, 'kept'))
  expect(await askEach(narrow.slice(0, 6))).toEqual(allOf(6, 'fetched'))
})

test('a token that has expired is not kept any longer than until the next renewal', async () => {
  expect(await ask({ resource: 'billing' })).toBe('fetched')
  expect(await ask(narrow[0] ?? {})).toBe('fetched')
  const keptKeys = () => {
    const stored = parseStoredSession(store.written.at(-1)?.value ?? '{}') as SessionRecord
    return Object.keys(stored.tokens.access)
  }
  expect(keptKeys()).toEqual(['orders', 'billing', 'orders orders:a'])
  harness.advance(3_600)
  expect(await ask({ resource: 'orders' })).toBe('fetched')
  expect(keptKeys()).toEqual(['orders'])
})

test('a resource’s own token never gives way, though it expires first', async () => {
  const own = [{ resource: 'orders' }, { resource: 'billing' }]
  expect(await askEach(own)).toEqual(['kept', 'fetched'])
  await askEach(narrow)
  expect(await askEach(own)).toEqual(['kept', 'kept'])
})

test('the renewal of a narrower token costs no other one its place', async () => {
  await askEach(narrow.slice(0, 8))
  harness.advance(300)
  expect(await ask({ scope: 'orders:d', minValiditySeconds: 300 })).toBe('fetched')
  expect(await askEach(narrow.slice(0, 8))).toEqual(allOf(8, 'kept'))
})

test('the token just asked for stays, however soon it expires', async () => {
  await askEach(narrow.slice(0, 8))
  harness.provider.script.accessTokenSeconds = 100
  expect(await askEach(narrow.slice(8, 9))).toEqual(['fetched'])
  expect(await askEach(narrow.slice(8, 9))).toEqual(['kept'])
  expect(await askEach(narrow.slice(1, 8))).toEqual(allOf(7, 'kept'))
})

test('a token that gives way is not revoked: somebody may still use it', async () => {
  const before = harness.provider.requests.length
  await askEach(narrow)
  const requests = harness.provider.requests.slice(before)
  expect(requests.map(({ endpoint }) => endpoint)).toEqual(allOf(narrow.length, '/token'))
})

test('what a renewal brings for a session that a login replaced meanwhile is dropped, not revoked', async () => {
  harness.advance(601)
  const gate = createGate()
  harness.provider.script.token = async ({ parameters }, standard) => {
    if (parameters.get('grant_type') === 'refresh_token') await gate.pass()
    return { body: await standard() }
  }
  const tab = harness.newBrowser()
  for (const [name, cookie] of harness.browser.jar) tab.jar.set(name, cookie)
  const renewal = tab.post('/bff/token')
  await gate.reached
  await harness.login()
  gate.open()
  expect((await renewal).json().reason).toBe('replaced')
  await harness.bff.close()
  expect(harness.provider.count('/revoke')).toBe(0)
})
