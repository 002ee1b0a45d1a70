import assert from 'node:assert/strict'
import type { CaseTemplate } from './fixture.ts'

/** What each method writes, reads and leaves alone. */
export const writeCases: readonly CaseTemplate[] = [
  {
    name: 'an absent key reads as undefined',
    check: async ({ store, key }) => {
      assert.equal(await store.get(key('a')), undefined)
      assert.equal(await store.take(key('a')), undefined)
    },
  },
  {
    name: 'put writes an absent key and resolves to the version that get shows',
    check: async ({ store, key, value }) => {
      const next = value('one')
      const version = await store.put(key('a'), next)
      assert.ok(version)
      assert.deepEqual({ ...(await store.get(key('a'))) }, { ...next, version })
    },
  },
  {
    name: 'put leaves a present key alone, value, version and expiry',
    check: async ({ store, key, value }) => {
      await store.put(key('a'), value('one'))
      const before = await store.get(key('a'))
      assert.equal(await store.put(key('a'), value('two', 1_000_000)), undefined)
      assert.deepEqual(await store.get(key('a')), before)
    },
  },
  {
    name: 'swap replaces value and expiry when the version is current',
    check: async ({ store, key, value }) => {
      const first = (await store.put(key('a'), value('one'))) ?? ''
      const next = value('two', 5_000)
      const version = await store.swap(key('a'), first, next)
      assert.ok(version)
      assert.notEqual(version, first)
      assert.deepEqual({ ...(await store.get(key('a'))) }, { ...next, version })
    },
  },
  {
    name: 'swap gives a new version even when nothing differs',
    check: async ({ store, key, value }) => {
      const same = value('same')
      const first = (await store.put(key('a'), same)) ?? ''
      const second = (await store.swap(key('a'), first, same)) ?? ''
      assert.notEqual(second, first)
      assert.equal(await store.swap(key('a'), first, same), undefined)
    },
  },
  {
    name: 'swap with an older version changes nothing',
    check: async ({ store, key, value }) => {
      const first = (await store.put(key('a'), value('one'))) ?? ''
      await store.swap(key('a'), first, value('two'))
      const before = await store.get(key('a'))
      assert.equal(await store.swap(key('a'), first, value('three')), undefined)
      assert.deepEqual(await store.get(key('a')), before)
    },
  },
  {
    name: 'swap brings no deleted key back',
    check: async ({ store, key, value }) => {
      const version = (await store.put(key('a'), value('one'))) ?? ''
      await store.drop(key('a'))
      assert.equal(await store.swap(key('a'), version, value('two')), undefined)
      assert.equal(await store.get(key('a')), undefined)
    },
  },
  {
    name: 'a version of a deleted key never fits its successor',
    check: async ({ store, key, value }) => {
      const same = value('same')
      const first = (await store.put(key('a'), same)) ?? ''
      await store.drop(key('a'))
      const second = (await store.put(key('a'), same)) ?? ''
      assert.notEqual(second, first)
      assert.equal(await store.swap(key('a'), first, value('two')), undefined)
      assert.equal(await store.swapDelete(key('a'), first), false)
      assert.equal((await store.get(key('a')))?.value, 'same')
    },
  },
  {
    name: 'swapDelete deletes when the version is current and only then',
    check: async ({ store, key, value }) => {
      const first = (await store.put(key('a'), value('one'))) ?? ''
      const second = (await store.swap(key('a'), first, value('two'))) ?? ''
      assert.equal(await store.swapDelete(key('a'), first), false)
      assert.equal((await store.get(key('a')))?.value, 'two')
      assert.equal(await store.swapDelete(key('a'), second), true)
      assert.equal(await store.get(key('a')), undefined)
      assert.equal(await store.swapDelete(key('a'), second), false)
    },
  },
  {
    name: 'take reads and deletes',
    check: async ({ store, key, value }) => {
      await store.put(key('a'), value('one'))
      const entry = await store.get(key('a'))
      assert.deepEqual(await store.take(key('a')), entry)
      assert.equal(await store.get(key('a')), undefined)
      assert.equal(await store.take(key('a')), undefined)
    },
  },
  {
    name: 'touch sets the expiry and leaves value and version, so a swap under way still wins',
    check: async ({ store, key, value, now }) => {
      const version = (await store.put(key('a'), value('one'))) ?? ''
      const expiresAt = now() + 120_000
      assert.equal(await store.touch(key('a'), expiresAt), true)
      assert.deepEqual({ ...(await store.get(key('a'))) }, { value: 'one', version, expiresAt })
      assert.ok(await store.swap(key('a'), version, value('two')))
    },
  },
  {
    name: 'touch of an absent key makes nothing',
    check: async ({ store, key, now }) => {
      assert.equal(await store.touch(key('a'), now() + 60_000), false)
      assert.equal(await store.get(key('a')), undefined)
    },
  },
  {
    name: 'drop deletes whatever is there, and nothing is fine',
    check: async ({ store, key, value }) => {
      await store.drop(key('a'))
      await store.put(key('a'), value('one'))
      await store.drop(key('a'))
      assert.equal(await store.get(key('a')), undefined)
    },
  },
  {
    name: 'no method touches another key',
    check: async ({ store, key, value, now }) => {
      await store.put(key('other'), value('stays'))
      const before = await store.get(key('other'))
      const version = (await store.put(key('a'), value('one'))) ?? ''
      await store.swap(key('a'), version, value('two'))
      await store.touch(key('a'), now() + 1_000)
      await store.take(key('a'))
      await store.drop(key('a'))
      assert.deepEqual(await store.get(key('other')), before)
    },
  },
]
