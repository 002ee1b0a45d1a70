import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { startChild } from '../testing/child-process.fixture.ts'
import { createSqliteStore } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-sqlite-'))
afterAll(() => rmSync(directory, { recursive: true }))

const patience = { timeout: 180_000 }
const module = new URL('./worker.fixture.ts', import.meta.url)

const work = (job: string, path: string, count = 0, name = '') => {
  const child = startChild(module, [job, path, String(count), name])
  onTestFinished(() => child.kill('SIGKILL'))
  return child
}

const open = (path: string) => {
  const store = createSqliteStore({ path })
  onTestFinished(() => store.close())
  return store
}

test('sqlite: 4 processes that start together lose no update', patience, async () => {
  const path = join(directory, 'count.sqlite')
  const children = ['a', 'b', 'c', 'd'].map((name) => work('count', path, 250, name))
  for (const child of children) expect(await child.ended, child.complaints()).toBe(0)
  expect((await open(path).get('count'))?.value).toBe('1000')
})

test('sqlite: opening a second store costs the first none of its locks', patience, async () => {
  const path = join(directory, 'locks.sqlite')
  const [first, second] = [open(path), open(path)]
  await first.put('a', { value: 'x', expiresAt: Date.now() + 60_000 })
  const log = statSync(`${path}-wal`).ino
  // Whoever closes a database that nobody else has locked deletes the write-ahead log.
  const child = work('count', path, 10, 'a')
  expect(await child.ended, child.complaints()).toBe(0)
  expect(statSync(`${path}-wal`).ino).toBe(log)
  expect((await first.get('count'))?.value).toBe('10')
  expect((await second.get('count'))?.value).toBe('10')
})

test('sqlite: a writer killed with -9 leaves every acknowledged write', patience, async () => {
  const path = join(directory, 'killed.sqlite')
  const children = ['a', 'b'].map((name) => [name, work('write', path, 0, name)] as const)
  for (const [, child] of children) await child.said(300)
  for (const [, child] of children) child.kill('SIGKILL')
  const store = open(path)
  for (const [name, child] of children) {
    expect(await child.ended, child.complaints()).toBe('SIGKILL')
    for (const index of child.lines) {
      expect((await store.get(`${name} ${index}`))?.value).toHaveLength(2_500)
    }
  }
  expect(await store.put('after', { value: 'x', expiresAt: Date.now() + 60_000 })).toBeDefined()
})

test('sqlite: processes hear each other', patience, async () => {
  const path = join(directory, 'channel.sqlite')
  const store = open(path)
  const answers: string[] = []
  const answered = new Promise<void>((resolve) => {
    store.channel('answer').subscribe((message) => {
      answers.push(message)
      if (answers.length === 2) resolve()
    })
  })
  const children = ['a', 'b'].map((name) => work('echo', path, 0, name))
  for (const child of children) await child.said(1)
  await store.channel('question').publish('hello')
  await answered
  expect(answers.toSorted()).toEqual(['a heard hello', 'b heard hello'])
})

test('sqlite: messages of several processes are heard by all in one order', patience, async () => {
  const path = join(directory, 'order.sqlite')
  const listen = () => {
    const heard: string[] = []
    const complete = new Promise<void>((resolve) => {
      open(path)
        .channel('news')
        .subscribe((message) => {
          heard.push(message)
          if (heard.length === 600) resolve()
        })
    })
    return { heard, complete }
  }
  const [one, other] = [listen(), listen()]
  const publishers = ['a', 'b', 'c'].map((name) => work('publish', path, 200, name))
  for (const child of publishers) expect(await child.ended, child.complaints()).toBe(0)
  await Promise.all([one.complete, other.complete])
  expect(other.heard).toEqual(one.heard)
  for (const name of ['a', 'b', 'c']) {
    const own = one.heard.filter((message) => message.startsWith(name))
    expect(own).toEqual(Array.from({ length: 200 }, (_, index) => `${name} ${index}`))
  }
})

test('sqlite: a store that only listens does not keep its process alive', patience, async () => {
  const child = work('listen', join(directory, 'idle.sqlite'))
  expect(await child.ended, child.complaints()).toBe(0)
})
