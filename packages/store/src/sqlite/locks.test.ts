import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Libsql from 'libsql'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../port.ts'
import { createSqliteStore, type SqliteDatabase, type SqliteStoreOptions } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-sqlite-'))
afterAll(() => rmSync(directory, { recursive: true }))

let files = 0
const freshPath = () => {
  files += 1
  return join(directory, `${files}.sqlite`)
}

const expiresAt = Date.now() + 3_600_000
const value = (text: string) => ({ value: text, expiresAt })

const closedAtEnd = (options: SqliteStoreOptions): Store => {
  const store = createSqliteStore(options)
  onTestFinished(() => store.close())
  return store
}

/** A store, and another connection that has its file locked; unlocking lets no timer fire. */
const openLocked = (options: Partial<SqliteStoreOptions> = {}) => {
  const path = freshPath()
  const store = closedAtEnd({ timeoutMs: 60_000, ...options, path } as SqliteStoreOptions)
  const other = new Libsql(path)
  onTestFinished(() => void other.close())
  other.exec('BEGIN IMMEDIATE')
  return { path, store, unlock: () => other.exec('COMMIT') }
}

interface Refusal {
  readonly statement: RegExp
  readonly code: string
  times: number
}

/** A real database whose statements fail as told: what no second process can bring about at will. */
const openRefusing = (
  options: { readonly timeoutMs?: number; readonly refusals?: Refusal[] } = {},
) => {
  const path = freshPath()
  const database = new Libsql(path)
  const { timeoutMs = 60_000, refusals = [] } = options
  const refuse = (sql: string) => {
    const refusal = refusals.find(({ statement, times }) => times > 0 && statement.test(sql))
    if (refusal === undefined) return
    refusal.times -= 1
    throw Object.assign(new Error('refused'), { code: refusal.code })
  }
  const prepare: SqliteDatabase['prepare'] = (sql) => {
    const prepared = database.prepare(sql)
    const guard =
      <T>(call: (parameters: readonly unknown[]) => T) =>
      (parameters: readonly unknown[]) => {
        refuse(sql)
        return call(parameters)
      }
    return {
      run: guard((parameters) => prepared.run(parameters)),
      get: guard((parameters) => prepared.get(parameters)),
      all: guard((parameters) => prepared.all(parameters)),
      raw: (toggle) => prepared.raw(toggle),
    }
  }
  const store = closedAtEnd({
    database: {
      prepare,
      exec: (sql) => {
        refuse(sql)
        return database.exec(sql)
      },
      close: () => database.close(),
    },
    timeoutMs,
    pollIntervalMs: 5,
  })
  const refuseNext = (times: number, statement: RegExp, code: string): Refusal => {
    const refusal = { statement, code, times }
    refusals.push(refusal)
    return refusal
  }
  return { path, store, refuseNext }
}

test('sqlite: the driver itself is told not to wait, for the process would stand still', () => {
  const database = new Libsql(freshPath(), { timeout: 5_000 })
  closedAtEnd({ database })
  expect(database.prepare('PRAGMA busy_timeout').raw().get([])).toEqual([0])
})

for (const statement of [/journal_mode = WAL/, /journal_mode$/, /CREATE TABLE/]) {
  test(`sqlite: opening tries again when ${statement} meets another that opens`, async () => {
    const refusal = { statement, code: 'SQLITE_BUSY', times: 3 }
    const { store } = openRefusing({ refusals: [refusal] })
    expect(refusal.times).toBe(0)
    expect(await store.put('a', value('x'))).toBeDefined()
  })
}

test('sqlite: opening gives up a file that stays locked', () => {
  const refusal = { statement: /CREATE TABLE/, code: 'SQLITE_BUSY', times: 1_000_000 }
  expect(() => openRefusing({ timeoutMs: 500, refusals: [refusal] })).toThrow(
    expect.objectContaining({ code: 'store_unavailable', cause: expect.anything() }),
  )
  expect(refusal.times).toBeLessThan(999_999)
})

test('sqlite: opening does not try again what another try cannot mend', () => {
  const refusal = { statement: /CREATE TABLE/, code: 'SQLITE_FULL', times: 2 }
  expect(() => openRefusing({ refusals: [refusal] })).toThrow(
    expect.objectContaining({ code: 'store_unavailable' }),
  )
  expect(refusal.times).toBe(1)
})

test('sqlite: a database passed in is left open though its file stays locked', () => {
  const path = freshPath()
  const other = new Libsql(path)
  onTestFinished(() => void other.close())
  other.exec('PRAGMA journal_mode = WAL')
  other.exec('BEGIN IMMEDIATE')
  const database = new Libsql(path)
  onTestFinished(() => void database.close())
  expect(() => createSqliteStore({ database, timeoutMs: 0 })).toThrow(
    expect.objectContaining({ code: 'store_unavailable', cause: expect.anything() }),
  )
  expect(database.prepare('SELECT 1').raw().get([])).toEqual([1])
})

test('sqlite: writes that wait for a lock are done in the order of their calls', async () => {
  const { store, unlock } = openLocked()
  const waiting = [
    store.put('a', value('first')),
    store.put('a', value('too late')),
    store.take('a'),
    store.put('a', value('second')),
    store.touch('a', expiresAt + 1),
  ]
  await nextTurn()
  unlock()
  // Free by now, and yet it is not this one's turn.
  const last = store.take('a')
  expect(await Promise.all(waiting)).toEqual([
    expect.any(String),
    undefined,
    expect.objectContaining({ value: 'first' }),
    expect.any(String),
    true,
  ])
  expect(await last).toMatchObject({ value: 'second', expiresAt: expiresAt + 1 })
})

test('sqlite: every write that waits has the same patience, however many wait', async () => {
  const { store, unlock } = openLocked({ timeoutMs: 500 })
  const writes = Array.from({ length: 200 }, (_, index) => store.put(`${index}`, value('x')))
  for (const outcome of await Promise.allSettled(writes)) {
    expect(outcome).toMatchObject({ reason: { code: 'store_unavailable' } })
  }
  unlock()
  await store.put('after', value('x'))
  for (const index of writes.keys()) expect(await store.get(`${index}`)).toBeUndefined()
})

test('sqlite: a patience longer than any timer is no impatience', async () => {
  const { store, unlock } = openLocked({ timeoutMs: Number.MAX_SAFE_INTEGER })
  const write = store.put('a', value('x'))
  await Promise.race([write, new Promise((resolve) => setTimeout(resolve, 20))])
  unlock()
  expect(await write).toBeDefined()
})

test('sqlite: writes that have piled up leave turns to everything else', async () => {
  const { store, unlock } = openLocked()
  const writes = Array.from({ length: 3_000 }, (_, index) => store.put(`${index}`, value('x')))
  unlock()
  await writes[0]
  let done = 0
  for (const write of writes) write.then(() => (done += 1))
  await nextTurn()
  expect(done).toBeLessThan(writes.length)
  expect(await Promise.all(writes)).not.toContain(undefined)
})

test('sqlite: closing rejects a write that waits with store_closed, and it is not done later', async () => {
  const { path, store, unlock } = openLocked()
  const write = store.put('a', value('x')).catch((error) => error)
  await store.close()
  expect(await write).toMatchObject({ code: 'store_closed' })
  unlock()
  expect(await closedAtEnd({ path }).get('a')).toBeUndefined()
})

test('sqlite: closing rejects a read that waits with store_closed, and it is not done later', async () => {
  const { store, refuseNext } = openRefusing()
  await store.put('a', value('x'))
  const refusal = refuseNext(Number.POSITIVE_INFINITY, /^SELECT/, 'SQLITE_BUSY_RECOVERY')
  const read = store.get('a').catch((error) => error)
  await store.close()
  refusal.times = 0
  expect(await read).toMatchObject({ code: 'store_closed' })
})

test('sqlite: closing does what waits if the lock is gone by then', async () => {
  const { path, store, unlock } = openLocked()
  const writes = [store.put('a', value('x')), store.touch('a', expiresAt + 1)]
  unlock()
  await store.close()
  expect(await Promise.all(writes)).toEqual([expect.any(String), true])
  expect(await closedAtEnd({ path }).get('a')).toMatchObject({ expiresAt: expiresAt + 1 })
})

test('sqlite: a read that finds the file locked, as after a crash, is tried again', async () => {
  const { store, refuseNext } = openRefusing()
  await store.put('a', value('x'))
  refuseNext(3, /^SELECT value/, 'SQLITE_BUSY_RECOVERY')
  expect((await store.get('a'))?.value).toBe('x')
  refuseNext(3, /^SELECT seq/, 'SQLITE_BUSY_RECOVERY')
  await (await store.channel('news').subscribe(() => undefined))()
})

test('sqlite: a read that finds the file locked for good rejects with store_unavailable', async () => {
  const { store, refuseNext } = openRefusing({ timeoutMs: 20 })
  refuseNext(Number.POSITIVE_INFINITY, /^SELECT/, 'SQLITE_BUSY_RECOVERY')
  await expect(store.get('a')).rejects.toMatchObject({
    code: 'store_unavailable',
    cause: { code: 'SQLITE_BUSY_RECOVERY' },
  })
})

test('sqlite: a write that gives up at once tells what the driver said', async () => {
  const { store, refuseNext } = openRefusing({ timeoutMs: 0 })
  refuseNext(Number.POSITIVE_INFINITY, /^BEGIN/, 'SQLITE_BUSY_RECOVERY')
  await expect(store.put('a', value('x'))).rejects.toMatchObject({
    code: 'store_unavailable',
    cause: { code: 'SQLITE_BUSY_RECOVERY' },
  })
})

const failures: readonly (readonly [statement: RegExp, code: string])[] = [
  [/^BEGIN/, 'SQLITE_IOERR'],
  [/^INSERT/, 'SQLITE_FULL'],
  [/^COMMIT/, 'SQLITE_IOERR'],
  // Only who began without the write lock can meet this, and waiting is no remedy.
  [/^INSERT/, 'SQLITE_BUSY_SNAPSHOT'],
]

for (const [statement, code] of failures) {
  test(`sqlite: ${code} at ${statement} rejects at once and undoes the write`, async () => {
    const { store, refuseNext } = openRefusing()
    const refusal = refuseNext(2, statement, code)
    await expect(store.put('a', value('x'))).rejects.toMatchObject({
      code: 'store_unavailable',
      cause: { code },
    })
    expect(refusal.times).toBe(1)
    refusal.times = 0
    expect(await store.put('a', value('y'))).toBeDefined()
  })
}

test('sqlite: a write that waited and then fails takes no other with it', async () => {
  const { store, refuseNext } = openRefusing()
  refuseNext(1, /^BEGIN/, 'SQLITE_BUSY')
  refuseNext(1, /^DELETE FROM coatcheck_entries WHERE key = \?$/, 'SQLITE_IOERR')
  const writes = [store.put('a', value('x')), store.drop('a'), store.touch('a', expiresAt + 1)]
  expect(await Promise.allSettled(writes)).toMatchObject([
    { value: expect.any(String) },
    { reason: { code: 'store_unavailable', cause: { code: 'SQLITE_IOERR' } } },
    { value: true },
  ])
})

test('sqlite: a message that was published but cannot be read back is heard later, once', async () => {
  const { path, store, refuseNext } = openRefusing()
  const heard: string[] = []
  let wake = () => {}
  await store.channel('news').subscribe((message) => {
    heard.push(message)
    wake()
  })
  const next = () => new Promise<void>((resolve) => (wake = resolve))
  // Heard by a look: the next one is about what has changed since.
  const first = next()
  await closedAtEnd({ path }).channel('news').publish('first')
  await first
  refuseNext(1, /^SELECT id, channel/, 'SQLITE_BUSY')
  const second = next()
  await store.channel('news').publish('second')
  await second
  await store.channel('news').publish('third')
  await nextTurn()
  expect(heard).toEqual(['first', 'second', 'third'])
})
