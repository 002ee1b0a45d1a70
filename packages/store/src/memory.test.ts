import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createMemoryStore } from './memory.ts'
import { storeContract } from './testing/index.ts'

for (const { name, run } of storeContract({ createStore: createMemoryStore })) {
  test(`memory: ${name}`, run)
}

test('memory: without options the real clock decides', async () => {
  const store = createMemoryStore()
  await store.put('a', { value: 'one', expiresAt: Date.now() + 60_000 })
  await store.put('b', { value: 'two', expiresAt: Date.now() - 1 })
  expect((await store.get('a'))?.value).toBe('one')
  expect(await store.get('b')).toBeUndefined()
})

test('memory: two stores share nothing', async () => {
  const [one, other] = [createMemoryStore(), createMemoryStore()]
  await one.put('a', { value: 'mine', expiresAt: Date.now() + 60_000 })
  expect(await other.get('a')).toBeUndefined()
})

test('memory: a message under way when the store closes is not delivered', async () => {
  const store = createMemoryStore()
  const heard: string[] = []
  await store.channel('news').subscribe((message) => heard.push(message))
  const publishing = store.channel('news').publish('late')
  const closing = store.close()
  await Promise.all([publishing, closing])
  await new Promise(setImmediate)
  expect(heard).toEqual([])
})

test('memory: entries that nobody reads again are forgotten after their expiry', async () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage: () => void = runInNewContext('gc')
  let at = 1_000_000
  const store = createMemoryStore({ now: () => at })
  const forgotten = async (key: string, lifeMs: number) => {
    await store.put(key, { value: 'x', expiresAt: at + lifeMs })
    return new WeakRef((await store.get(key)) ?? {})
  }
  const expired = await forgotten('expired', 1_000)
  const living = await forgotten('living', 1_000_000)
  at += 120_000
  await store.get('another key')
  await new Promise(setImmediate)
  collectGarbage()
  expect(living.deref()?.constructor).toBe(Object)
  expect(expired.deref()).toBeUndefined()
})
