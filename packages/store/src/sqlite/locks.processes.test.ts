import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { StoreError } from '../errors.ts'
import { type Child, startChild } from '../testing/child-process.fixture.ts'
import { createSqliteStore, type SqliteStoreOptions } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-sqlite-'))
afterAll(() => rmSync(directory, { recursive: true }))

const patience = { timeout: 180_000 }
const expiresAt = Date.now() + 3_600_000
const value = (text: string) => ({ value: text, expiresAt })

const lockHolder = new URL('./lock-holder.fixture.ts', import.meta.url)
const worker = new URL('./worker.fixture.ts', import.meta.url)
const fileMaker = new URL('./file-maker.fixture.ts', import.meta.url)

const start = (module: URL, ...parameters: readonly string[]): Child => {
  const child = startChild(module, parameters)
  onTestFinished(() => child.kill('SIGKILL'))
  return child
}

const open = (path: string, options: Partial<SqliteStoreOptions> = {}) => {
  const store = createSqliteStore({ path, ...options } as SqliteStoreOptions)
  onTestFinished(() => store.close())
  return store
}

/** Another process in the middle of a write. It goes on being so until it is released. */
const lock = async (path: string) => {
  const holder = start(lockHolder, path)
  await holder.said(1)
  const release = async () => {
    holder.kill('SIGKILL')
    await holder.ended
  }
  return { release }
}

/** A timer as a server has many; it fires only while the event loop is free. */
const startTicking = () => {
  const waiting = new Set<() => void>()
  let ticks = 0
  const timer = setInterval(() => {
    ticks += 1
    for (const look of waiting) look()
  }, 20)
  onTestFinished(() => clearInterval(timer))
  const ticked = (more: number) =>
    new Promise<void>((resolve) => {
      const until = ticks + more
      waiting.add(() => ticks >= until && resolve())
    })
  return { ticked, count: () => ticks }
}

test(
  'sqlite: while another process has the file locked, timers fire, reads answer and writes wait',
  patience,
  async () => {
    const path = join(directory, 'waits.sqlite')
    const store = open(path, { timeoutMs: 20_000 })
    await store.put('there', value('before'))
    const { release } = await lock(path)
    const ticking = startTicking()
    const settled: string[] = []
    const note = (name: string) => () => settled.push(name)
    const writes = [
      store.put('new', value('x')).finally(note('put')),
      store.touch('there', expiresAt + 1).finally(note('touch')),
      store.channel('news').publish('late').finally(note('publish')),
    ]
    for (let round = 0; round < 10; round += 1) {
      await ticking.ticked(2)
      expect((await store.get('there'))?.expiresAt).toBe(expiresAt)
      expect(await store.get('new')).toBeUndefined()
    }
    expect(settled).toEqual([])
    await release()
    expect(await Promise.all(writes)).toEqual([expect.any(String), true, undefined])
    expect(settled).toEqual(['put', 'touch', 'publish'])
    expect((await store.get('new'))?.value).toBe('x')
  },
)

test(
  'sqlite: a file that stays locked rejects with store_unavailable, timers firing meanwhile',
  patience,
  async () => {
    const path = join(directory, 'stays.sqlite')
    const store = open(path, { timeoutMs: 300 })
    await store.put('a', value('before'))
    const { release } = await lock(path)
    const ticking = startTicking()
    const error = await store.drop('a').catch((reason) => reason)
    expect(ticking.count()).toBeGreaterThan(0)
    expect(error).toBeInstanceOf(StoreError)
    expect(error.code).toBe('store_unavailable')
    expect(error.cause.code).toBe('SQLITE_BUSY')
    await release()
    expect(await store.put('b', value('x'))).toBeDefined()
    // What was given up is not done later.
    expect((await store.get('a'))?.value).toBe('before')
  },
)

test(
  'sqlite: a file that is set up can be opened while another process has it locked',
  patience,
  async () => {
    const path = join(directory, 'set-up.sqlite')
    await open(path).put('a', value('before'))
    await lock(path)
    // Without any patience: nothing that opening needs is locked.
    expect((await open(path, { timeoutMs: 0 }).get('a'))?.value).toBe('before')
  },
)

test(
  'sqlite: a new file that another process has locked is refused at start',
  patience,
  async () => {
    const path = join(directory, 'new.sqlite')
    const { release } = await lock(path)
    expect(() => open(path, { timeoutMs: 50 })).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    )
    await release()
    expect(await open(path).put('a', value('x'))).toBeDefined()
  },
)

test('sqlite: processes that make a file at the same moment all open it', patience, async () => {
  const path = join(directory, 'made')
  const startAt = String(Date.now() + 2_000)
  const names = ['a', 'b', 'c', 'd']
  const makers = names.map((name) => start(fileMaker, path, '60', startAt, name))
  for (const { ended, complaints } of makers) expect(await ended, complaints()).toBe(0)
  const last = open(`${path}.59`)
  for (const name of names) expect(await last.get(name)).toBeDefined()
})

test(
  'sqlite: processes that read and then write in one step at once all succeed',
  patience,
  async () => {
    const path = join(directory, 'read-then-write.sqlite')
    open(path)
    const workers = ['a', 'b'].map((name) => start(worker, 'take', path, '4000', name))
    for (const { ended, complaints } of workers) expect(await ended, complaints()).toBe(0)
  },
)
