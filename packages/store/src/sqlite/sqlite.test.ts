import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Libsql from 'libsql'
import { afterAll, afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { StoreError } from '../errors.ts'
import type { Store } from '../port.ts'
import { createAlternatingStore } from '../testing/alternating-store.fixture.ts'
import { storeContract } from '../testing/index.ts'
import { createSqliteStore, type SqliteStoreOptions } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-sqlite-'))
afterAll(() => rmSync(directory, { recursive: true }))
afterEach(() => {
  vi.useRealTimers()
})

let files = 0
const freshPath = () => {
  files += 1
  return join(directory, `${files}.sqlite`)
}

const open = (options: Partial<SqliteStoreOptions> = {}): Store => {
  const store = createSqliteStore({ path: freshPath(), ...options } as SqliteStoreOptions)
  onTestFinished(() => store.close())
  return store
}

const inAMinute = () => Date.now() + 60_000

const refusal = (call: () => unknown): StoreError => {
  try {
    call()
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('not refused')
}

const shared = freshPath()

for (const { name, run } of storeContract({
  createStore: ({ now }) => createSqliteStore({ path: shared, now }),
})) {
  test(`sqlite: ${name}`, run)
}

for (const { name, run } of storeContract({
  createStore: ({ now }) =>
    createAlternatingStore([
      createSqliteStore({ path: shared, now, pollIntervalMs: 5 }),
      createSqliteStore({ path: shared, now, pollIntervalMs: 5 }),
    ]),
})) {
  test(`sqlite over two connections: ${name}`, run)
}

for (const { name, run } of storeContract({
  createStore: ({ now }) => createSqliteStore({ path: ':memory:', now }),
})) {
  test(`sqlite in memory: ${name}`, run)
}

test('sqlite: what was written is there after closing and opening again', async () => {
  const path = freshPath()
  const first = open({ path })
  const expiresAt = inAMinute()
  const version = await first.put('a', { value: 'kept', expiresAt })
  await first.close()
  expect(await open({ path }).get('a')).toEqual({ value: 'kept', version, expiresAt })
})

test('sqlite: a file it makes and its side files are for their owner only', async () => {
  const path = freshPath()
  await open({ path }).put('a', { value: 'x', expiresAt: inAMinute() })
  for (const suffix of ['', '-wal', '-shm']) {
    expect(statSync(`${path}${suffix}`).mode & 0o777).toBe(0o600)
  }
})

test('sqlite: a database passed in is used and left open', async () => {
  const database = new Libsql(freshPath(), { timeout: 1_000 })
  const store = createSqliteStore({ database })
  await store.put('a', { value: 'x', expiresAt: inAMinute() })
  expect((await store.get('a'))?.value).toBe('x')
  await store.close()
  expect(database.prepare('SELECT count(*) AS count FROM coatcheck_entries').get()).toMatchObject({
    count: 1,
  })
  database.close()
})

test('sqlite: the file is in write-ahead-log mode with pages of 8 kB', async () => {
  const path = freshPath()
  open({ path })
  const database = new Libsql(path)
  expect(database.prepare('PRAGMA journal_mode').raw().get()).toEqual(['wal'])
  expect(database.prepare('PRAGMA page_size').raw().get()).toEqual([8192])
  database.close()
})

const flushes: readonly (readonly [
  options: Pick<SqliteStoreOptions, 'synchronous'>,
  level: number,
])[] = [
  [{}, 1],
  [{ synchronous: 'normal' }, 1],
  [{ synchronous: 'full' }, 2],
]

for (const [options, level] of flushes) {
  test(`sqlite: with the options ${JSON.stringify(options)} PRAGMA synchronous is ${level}`, () => {
    const database = new Libsql(freshPath())
    onTestFinished(() => void database.close())
    database.exec('PRAGMA synchronous = OFF')
    createSqliteStore({ ...options, database })
    expect(database.prepare('PRAGMA synchronous').raw().get()).toEqual([level])
  })
}

test('sqlite: expired entries leave the file, a batch at a time', async () => {
  let at = Date.now()
  const path = freshPath()
  const store = open({ path, now: () => at })
  const database = new Libsql(path)
  onTestFinished(() => void database.close())
  const rows = () => database.prepare('SELECT count(*) FROM coatcheck_entries').raw().get()
  for (let index = 0; index < 700; index += 1) {
    await store.put(`short ${index}`, { value: 'x', expiresAt: at + 1_000 })
  }
  await store.put('long', { value: 'x', expiresAt: at + 1_000_000 })
  expect(rows()).toEqual([701])
  at += 120_000
  await store.drop('other')
  expect(rows()).toEqual([201])
  await store.drop('other')
  expect(rows()).toEqual([1])
  expect(await store.get('long')).toBeDefined()
})

test('sqlite: old messages leave the file', async () => {
  let at = Date.now()
  const path = freshPath()
  const store = open({ path, now: () => at })
  const database = new Libsql(path)
  onTestFinished(() => void database.close())
  await store.channel('news').publish('old')
  at += 120_000
  await store.channel('news').publish('new')
  expect(database.prepare('SELECT count(*) FROM coatcheck_messages').raw().get()).toEqual([1])
})

test('sqlite: a listener that joins later hears nothing of before', async () => {
  const path = freshPath()
  const [store, other] = [open({ path }), open({ path })]
  await store.channel('news').subscribe(() => undefined)
  await other.channel('news').publish('before')
  const heard: string[] = []
  const done = new Promise<void>((resolve) => {
    store.channel('news').subscribe((message) => {
      heard.push(message)
      if (message === 'after') resolve()
    })
  })
  await other.channel('news').publish('after')
  await done
  expect(heard).toEqual(['after'])
})

test('sqlite: a listener that another one silences on hearing a message does not hear it', async () => {
  const ends: readonly ((store: Store, unsubscribe: () => unknown) => unknown)[] = [
    (_store, unsubscribe) => unsubscribe(),
    (store) => store.close(),
  ]
  for (const end of ends) {
    const store = open()
    const heard: string[] = []
    let unsubscribe = () => {}
    await store.channel('news').subscribe(() => {
      heard.push('first')
      end(store, unsubscribe)
    })
    const second = await store.channel('news').subscribe(() => heard.push('second'))
    unsubscribe = () => void second()
    await store.channel('news').publish('x')
    await nextTurn()
    expect(heard).toEqual(['first'])
  }
})

test('sqlite: after close nothing is heard or looked for in a database that stays open', async () => {
  vi.useFakeTimers()
  const path = freshPath()
  const database = new Libsql(path)
  onTestFinished(() => void database.close())
  const other = open({ path })
  const store = createSqliteStore({ database, pollIntervalMs: 50 })
  const heard: string[] = []
  await store.channel('news').subscribe((message) => heard.push(message))
  await other.channel('news').publish('before')
  await vi.advanceTimersByTimeAsync(50)
  expect(heard).toEqual(['before'])
  await store.close()
  expect(vi.getTimerCount()).toBe(0)
  await other.channel('news').publish('after')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(heard).toEqual(['before'])
})

test('sqlite: a locked database rejects with store_unavailable, and works once it is free', async () => {
  const path = freshPath()
  const store = open({ path, timeoutMs: 20 })
  const database = new Libsql(path)
  database.exec('BEGIN IMMEDIATE')
  const secret = 'a key nobody may see'
  const error = await store.put(secret, { value: secret, expiresAt: inAMinute() }).catch((e) => e)
  expect(error).toBeInstanceOf(StoreError)
  expect(error.code).toBe('store_unavailable')
  expect(error.cause.code).toBe('SQLITE_BUSY')
  expect(`${error.stack}${error.cause.stack}`).not.toContain(secret)
  // Readers are not held up by a writer.
  expect(await store.get(secret)).toBeUndefined()
  database.exec('COMMIT')
  database.close()
  expect(await store.put(secret, { value: 'x', expiresAt: inAMinute() })).toBeDefined()
})

test('sqlite: a file that cannot be opened is named', () => {
  for (const path of [join(directory, 'no', 'such', 'directory.sqlite'), directory]) {
    const error = refusal(() => createSqliteStore({ path }))
    expect(error.code).toBe('store_unavailable')
    expect(error.message).toContain(path)
    expect(error.cause).toBeInstanceOf(Error)
  }
})

test('sqlite: a file that is no database is refused', async () => {
  const path = join(directory, 'text.sqlite')
  writeFileSync(path, 'this is no database, whatever its name says. '.repeat(100))
  expect(refusal(() => createSqliteStore({ path })).code).toBe('store_unavailable')
})

test('sqlite: openings that fail leave no file open', () => {
  const path = join(directory, 'prose.sqlite')
  writeFileSync(path, 'this is no database, whatever its name says. '.repeat(100))
  const openFiles = () => readdirSync('/dev/fd').length
  const fail = () =>
    expect(refusal(() => createSqliteStore({ path })).code).toBe('store_unavailable')
  // What the driver opens once for itself.
  fail()
  const before = openFiles()
  for (let times = 0; times < 30; times += 1) fail()
  expect(openFiles()).toBeLessThanOrEqual(before)
})

const misuses: readonly (readonly [wrong: object, says: string])[] = [
  [{}, '"path" or "database"'],
  [{ path: 'a', database: {} }, '"path" or "database"'],
  [{ pth: 'a' }, 'did you mean "path"'],
  [{ path: 'a', timeoutMS: 1 }, 'did you mean "timeoutMs"'],
  [{ path: 'a', timeoutMs: -1 }, 'timeoutMs'],
  [{ path: 'a', timeoutMs: Number.NaN }, 'timeoutMs'],
  [{ path: 'a', pollIntervalMs: 0 }, 'pollIntervalMs'],
  [{ path: 'a', synchronous: 'off' }, 'synchronous'],
]

for (const [wrong, says] of misuses) {
  test(`sqlite: the options ${JSON.stringify(wrong)} are refused at start`, () => {
    const error = refusal(() => createSqliteStore(wrong as SqliteStoreOptions))
    expect(error.code).toBe('store_misused')
    expect(error.message).toContain(says)
  })
}
