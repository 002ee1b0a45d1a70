import assert from 'node:assert/strict'
import type { Store, Value } from '../port.ts'
import type { CaseTemplate } from './fixture.ts'

const callers = 100

const inParallel = <T>(call: (caller: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))

/** Adds one, by compare-and-set, as often as it takes. */
const increment = async (store: Store, key: string, value: (text: string) => Value) => {
  for (;;) {
    const entry = await store.get(key)
    assert.ok(entry)
    const next = value(String(Number(entry.value) + 1))
    if ((await store.swap(key, entry.version, next)) !== undefined) return
  }
}

/** Of many callers at once exactly one wins, and nobody's change is lost. */
export const raceCases: readonly CaseTemplate[] = [
  {
    name: `of ${callers} parallel puts exactly one wins, and its value stands`,
    check: async ({ store, key, value }) => {
      const versions = await inParallel((caller) => store.put(key('a'), value(String(caller))))
      const winners = [...versions.keys()].filter((caller) => versions[caller] !== undefined)
      assert.equal(winners.length, 1)
      assert.equal((await store.get(key('a')))?.value, String(winners[0]))
    },
  },
  {
    name: `of ${callers} parallel swaps exactly one wins, and its value stands`,
    check: async ({ store, key, value }) => {
      const first = (await store.put(key('a'), value('start'))) ?? ''
      const versions = await inParallel((caller) =>
        store.swap(key('a'), first, value(String(caller))),
      )
      const winners = [...versions.keys()].filter((caller) => versions[caller] !== undefined)
      assert.equal(winners.length, 1)
      const entry = await store.get(key('a'))
      assert.equal(entry?.value, String(winners[0]))
      assert.equal(entry?.version, versions[winners[0] ?? 0])
    },
  },
  {
    name: `of ${callers} parallel takes exactly one receives the entry`,
    check: async ({ store, key, value }) => {
      await store.put(key('a'), value('once'))
      const entries = await inParallel(() => store.take(key('a')))
      const received = entries.filter((entry) => entry !== undefined)
      assert.deepEqual(
        received.map((entry) => entry?.value),
        ['once'],
      )
    },
  },
  {
    name: `of ${callers} parallel swapDeletes exactly one deletes`,
    check: async ({ store, key, value }) => {
      const version = (await store.put(key('a'), value('once'))) ?? ''
      const results = await inParallel(() => store.swapDelete(key('a'), version))
      assert.equal(results.filter((deleted) => deleted).length, 1)
    },
  },
  {
    name: 'compare-and-set with re-reading loses no update',
    check: async ({ store, key, value }) => {
      await store.put(key('count'), value('0'))
      const writers = Array.from({ length: 20 }, () => increment(store, key('count'), value))
      await Promise.all(writers)
      assert.equal((await store.get(key('count')))?.value, '20')
    },
  },
  {
    name: 'a swap that races a take or a swapDelete never brings the key back after it',
    check: async ({ store, key, value }) => {
      for (let round = 0; round < 20; round += 1) {
        const version = (await store.put(key('a'), value('old'))) ?? ''
        const swapping = store.swap(key('a'), version, value('new'))
        const [taken, swapped] = await Promise.all([store.take(key('a')), swapping])
        // The take came after the swap and saw the new value, or before it and the swap lost.
        assert.equal(taken?.value, swapped === undefined ? 'old' : 'new')
        assert.equal(await store.get(key('a')), undefined)
      }
    },
  },
  {
    name: 'touches in parallel with a swap cost it neither its version nor its value',
    check: async ({ store, key, value, now }) => {
      const version = (await store.put(key('a'), value('old'))) ?? ''
      const touching = inParallel((caller) => store.touch(key('a'), now() + 60_000 + caller))
      const swapped = await store.swap(key('a'), version, value('new'))
      await touching
      assert.ok(swapped)
      const entry = await store.get(key('a'))
      assert.equal(entry?.value, 'new')
      assert.equal(entry?.version, swapped)
    },
  },
]
