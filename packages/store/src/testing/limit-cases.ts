import assert from 'node:assert/strict'
import { maximumKeyLength } from '../defaults.ts'
import { StoreError } from '../errors.ts'
import type { Store, Value } from '../port.ts'
import type { CaseTemplate } from './fixture.ts'

type Call = readonly [name: string, call: (store: Store, key: string, next: Value) => unknown]

/** Every method that takes a key or a name. */
export const keyedCalls: readonly Call[] = [
  ['get', (store, key) => store.get(key)],
  ['put', (store, key, next) => store.put(key, next)],
  ['swap', (store, key, next) => store.swap(key, '1', next)],
  ['swapDelete', (store, key) => store.swapDelete(key, '1')],
  ['take', (store, key) => store.take(key)],
  ['touch', (store, key, next) => store.touch(key, next.expiresAt)],
  ['drop', (store, key) => store.drop(key)],
  ['publish', (store, key) => store.channel(key).publish('message')],
  ['subscribe', (store, key) => store.channel(key).subscribe(() => undefined)],
]

/** Asserts that a call rejects with a `StoreError` of that code and keeps the key to itself. */
export const assertRefused = async (
  call: () => unknown,
  code: StoreError['code'],
  secret: string,
): Promise<void> => {
  await assert.rejects(
    async () => call(),
    (error) => {
      assert.ok(error instanceof StoreError, `not a StoreError: ${error}`)
      assert.equal(error.code, code)
      if (secret !== '') assert.ok(!`${error.message}${error.stack}`.includes(secret))
      return true
    },
  )
}

const noInstants: readonly number[] = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1_800_000_000_000.5,
  2 ** 53,
]

/** What the port refuses, by every method that could be given it. */
export const limitCases: readonly CaseTemplate[] = [
  {
    name: `a key of ${maximumKeyLength} characters is held, in any alphabet`,
    check: async ({ store, key, value }) => {
      for (const letter of ['k', '世']) {
        const longest = key('').padEnd(maximumKeyLength, letter)
        await store.put(longest, value(letter))
        assert.equal((await store.take(longest))?.value, letter)
      }
    },
  },
  {
    name: 'a key or name that is empty, too long or broken text is refused by every method',
    check: async ({ store, key, value }) => {
      const tooLong = key('').padEnd(maximumKeyLength + 1, 'k')
      for (const [, call] of keyedCalls) {
        await assertRefused(() => call(store, '', value('x')), 'store_misused', '')
        await assertRefused(() => call(store, tooLong, value('x')), 'store_misused', tooLong)
        const broken = key('\ud800')
        await assertRefused(() => call(store, broken, value('x')), 'store_misused', broken)
      }
    },
  },
  {
    name: 'a value or message that is broken text is refused and changes nothing',
    check: async ({ store, key, value }) => {
      const version = (await store.put(key('a'), value('one'))) ?? ''
      for (const text of ['\ud83e', 'a\udde5', '\udde5\ud83e']) {
        await assertRefused(() => store.put(key('b'), value(text)), 'store_misused', text)
        await assertRefused(() => store.swap(key('a'), version, value(text)), 'store_misused', text)
        await assertRefused(() => store.channel(key('c')).publish(text), 'store_misused', text)
      }
      assert.equal((await store.get(key('a')))?.version, version)
      assert.equal(await store.get(key('b')), undefined)
    },
  },
  {
    name: 'an expiry that is no whole number of milliseconds is refused and changes nothing',
    check: async ({ store, key, value }) => {
      const version = (await store.put(key('a'), value('one'))) ?? ''
      const before = await store.get(key('a'))
      for (const expiresAt of noInstants) {
        const next = { value: 'two', expiresAt }
        await assertRefused(() => store.put(key('b'), next), 'store_misused', '')
        await assertRefused(() => store.swap(key('a'), version, next), 'store_misused', '')
        await assertRefused(() => store.touch(key('a'), expiresAt), 'store_misused', '')
      }
      assert.deepEqual(await store.get(key('a')), before)
      assert.equal(await store.get(key('b')), undefined)
    },
  },
]
