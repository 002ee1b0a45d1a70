import { afterEach, expect, test } from 'vitest'
import type { BffOptions } from '../options.ts'
import { parseStoredSession, type SessionRecord } from '../sessions/session-record.ts'
import { openTokenSet } from '../sessions/token-set.ts'
import { type Browser, type BrowserResponse, createBrowser } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'
import { type SecondProcess, startSecondProcess } from '../testing/second-process.ts'
import { createSealer } from './create-sealer.ts'

const [oldKey, newKey] = [1, 2].map((fill) => Buffer.alloc(32, fill).toString('base64url')) as [
  string,
  string,
]

const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface System {
  readonly harness: Harness
  readonly store: RecordingStore
  /** Another process over the same store with keys of its own. */
  start(sealingKeys: readonly string[]): Promise<SecondProcess>
}

const startSystem = async (sealingKeys: readonly string[]): Promise<System> => {
  let store: RecordingStore | undefined
  let options: BffOptions | undefined
  const harness = await createHarness({
    bff: (standard) => {
      options = { ...standard, sealingKeys }
      return options
    },
    store: (now) => {
      store = createRecordingStore(now)
      return store
    },
  })
  closing.push(harness.close)
  if (store === undefined || options === undefined) throw new Error('The harness made no store.')
  const standard = options
  const start = async (keys: readonly string[]) => {
    const process = await startSecondProcess({ ...standard, sealingKeys: keys })
    closing.push(process.close)
    return process
  }
  return { harness, store, start }
}

/** Keeps what an answer of another process set, as the browser would. */
const keep = (browser: Browser, { setCookies }: BrowserResponse): void => {
  for (const line of setCookies) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    browser.jar.set(name, { value, sameSite: 'strict' })
  }
}

const callToken = async (process: SecondProcess, browser: Browser, body = {}) => {
  const response = await process.post(browser, '/bff/token', body)
  keep(browser, response)
  return response.status
}

const logInMany = async (harness: Harness, count: number) => {
  const browsers = Array.from({ length: count }, () => createBrowser(harness.origin))
  for (const browser of browsers) await harness.login(browser)
  return browsers
}

const sidOf = (browser: Browser) =>
  browser.jar.get('__Host-Http-coatcheck')?.value.slice(0, 22) ?? ''

const recordOf = async (store: RecordingStore, browser: Browser): Promise<SessionRecord> => {
  const entry = await store.get(`session:${sidOf(browser)}`)
  return parseStoredSession(entry?.value ?? '{}') as SessionRecord
}

/** Whether every part of the token set is sealed with that key. */
const opensWith = (key: string, record: SessionRecord): boolean => {
  const randomBytes = () => new Uint8Array()
  try {
    openTokenSet(createSealer({ keys: [key], purpose: 'token set', randomBytes }), record)
    return true
  } catch {
    return false
  }
}

test('B53 keys rotate under load in rolling processes and nobody is logged out', async () => {
  const { harness, store, start } = await startSystem([oldKey])
  // Tokens that need no renewal: what seals them anew is the touch alone.
  harness.provider.script.accessTokenSeconds = 86_400
  const browsers = await logInMany(harness, 12)
  const rollout = [[oldKey, newKey], [newKey, oldKey], [newKey]]
  let before = await start([oldKey])
  for (const keys of rollout) {
    const after = await start(keys)
    // While the processes are replaced one by one, calls reach the one kind and the other.
    const isMixed = keys.length > 1
    for (let minute = 0; minute < 12; minute += 1) {
      harness.advance(61)
      const calls = browsers.flatMap((browser, index) => [
        callToken(isMixed && index % 2 === minute % 2 ? before : after, browser),
        callToken(after, browser),
      ])
      expect([keys.length, minute, new Set(await Promise.all(calls))]).toEqual([
        keys.length,
        minute,
        new Set([200]),
      ])
    }
    harness.advance(61)
    for (const browser of browsers) expect(await callToken(after, browser)).toBe(200)
    before = after
  }
  for (const browser of browsers) {
    const record = await recordOf(store, browser)
    expect([opensWith(oldKey, record), opensWith(newKey, record)]).toEqual([false, true])
  }
})

test('B53 a record is sealed anew on its first touch and then no more', async () => {
  const { harness, store, start } = await startSystem([oldKey])
  const browsers = await logInMany(harness, 5)
  const process = await start([newKey, oldKey])
  const before = await Promise.all(browsers.map((browser) => recordOf(store, browser)))
  store.calls.splice(0)
  // Seven minutes: neither a token nor a secret comes of age.
  for (let minute = 0; minute < 7; minute += 1) {
    harness.advance(61)
    for (const browser of browsers) expect(await callToken(process, browser)).toBe(200)
  }
  for (const [index, browser] of browsers.entries()) {
    const key = `session:${sidOf(browser)}`
    const methods = store.calls.filter((call) => call.key === key).map(({ method }) => method)
    expect(methods.filter((method) => method === 'swap').length).toBe(1)
    expect(methods.filter((method) => method === 'touch').length).toBe(6)
    const after = await recordOf(store, browser)
    const tokens = before[index]?.tokens
    expect(after.tokens.grant).not.toBe(tokens?.grant)
    expect(after.tokens.access.orders).not.toBe(tokens?.access.orders)
    expect(opensWith(newKey, after)).toBe(true)
    expect(after).toEqual({ ...before[index], tokens: after.tokens })
    expect(after.tokens.generation).toBe(tokens?.generation)
  }
})

test('B53 a secret that is handed out but not used yet outlives the key that sealed it', async () => {
  const { harness, start } = await startSystem([oldKey])
  const { browser } = harness
  await harness.login()
  const both = await start([newKey, oldKey])
  const parent = new Map(browser.jar)
  harness.advance(600)
  await harness.browser.get('/bff/session')
  const child = browser.jar.get('__Host-Http-coatcheck')
  browser.jar.clear()
  for (const [name, cookie] of parent) browser.jar.set(name, cookie)
  harness.advance(61)
  expect(await callToken(both, browser)).toBe(200)
  expect(browser.jar.get('__Host-Http-coatcheck')?.value).toBe(child?.value)
  const alone = await start([newKey])
  for (const [name, cookie] of parent) browser.jar.set(name, cookie)
  expect(await callToken(alone, browser)).toBe(200)
  expect(browser.jar.get('__Host-Http-coatcheck')?.value).toBe(child?.value)
  expect(await callToken(alone, browser)).toBe(200)
})

test('B53 a background call seals nothing anew', async () => {
  const { harness, store, start } = await startSystem([oldKey])
  await harness.login()
  const process = await start([newKey, oldKey])
  const before = await recordOf(store, harness.browser)
  harness.advance(300)
  expect(await callToken(process, harness.browser, { slide: false })).toBe(200)
  expect(await recordOf(store, harness.browser)).toEqual(before)
})
