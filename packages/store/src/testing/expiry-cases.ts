import assert from 'node:assert/strict'
import type { CaseTemplate } from './fixture.ts'

const yearsMs = 365 * 24 * 3_600_000

/** An entry lives until its instant, and at the instant it is gone. */
export const expiryCases: readonly CaseTemplate[] = [
  {
    name: 'an entry is there one millisecond before its expiry and gone at it',
    check: async ({ store, key, value, advance }) => {
      await store.put(key('a'), value('one', 1_000))
      advance(999)
      assert.equal((await store.get(key('a')))?.value, 'one')
      advance(1)
      assert.equal(await store.get(key('a')), undefined)
    },
  },
  {
    name: 'at its expiry an entry is absent to every method',
    check: async ({ store, key, value, advance, now }) => {
      const versions = new Map<string, string>()
      for (const name of ['take', 'swap', 'swapDelete', 'touch', 'drop', 'put']) {
        versions.set(name, (await store.put(key(name), value('old', 1_000))) ?? '')
      }
      advance(1_000)
      assert.equal(await store.take(key('take')), undefined)
      assert.equal(await store.swap(key('swap'), versions.get('swap') ?? '', value('x')), undefined)
      assert.equal(await store.get(key('swap')), undefined)
      const deleted = await store.swapDelete(key('swapDelete'), versions.get('swapDelete') ?? '')
      assert.equal(deleted, false)
      assert.equal(await store.touch(key('touch'), now() + 1_000), false)
      assert.equal(await store.get(key('touch')), undefined)
      await store.drop(key('drop'))
      const version = await store.put(key('put'), value('new'))
      assert.ok(version)
      assert.notEqual(version, versions.get('put'))
      assert.equal((await store.get(key('put')))?.value, 'new')
    },
  },
  {
    name: 'the expiry is an instant, not a life that reading or time renews',
    check: async ({ store, key, value, advance, now }) => {
      const expiresAt = now() + 10_000
      await store.put(key('a'), value('one', 10_000))
      for (let step = 0; step < 9; step += 1) {
        advance(1_000)
        assert.equal((await store.get(key('a')))?.expiresAt, expiresAt)
      }
      advance(1_000)
      assert.equal(await store.get(key('a')), undefined)
    },
  },
  {
    name: 'put with an expiry that is not in the future succeeds and stores nothing',
    check: async ({ store, key, value }) => {
      for (const lifeMs of [0, -1, -yearsMs]) {
        assert.ok(await store.put(key('a'), value('one', lifeMs)))
        assert.equal(await store.get(key('a')), undefined)
      }
      assert.ok(await store.put(key('a'), value('two')))
    },
  },
  {
    name: 'swap with an expiry that is not in the future succeeds and deletes',
    check: async ({ store, key, value }) => {
      for (const lifeMs of [0, -1, -yearsMs]) {
        const version = (await store.put(key('a'), value('one'))) ?? ''
        assert.ok(await store.swap(key('a'), version, value('two', lifeMs)))
        assert.equal(await store.get(key('a')), undefined)
      }
    },
  },
  {
    name: 'touch with an expiry that is not in the future deletes',
    check: async ({ store, key, value, now }) => {
      for (const lifeMs of [0, -1, -yearsMs]) {
        await store.put(key('a'), value('one'))
        assert.equal(await store.touch(key('a'), now() + lifeMs), true)
        assert.equal(await store.get(key('a')), undefined)
      }
    },
  },
  {
    name: 'touch moves the expiry later, exactly',
    check: async ({ store, key, value, advance, now }) => {
      await store.put(key('a'), value('one', 1_000))
      await store.touch(key('a'), now() + 5_000)
      advance(4_999)
      assert.equal((await store.get(key('a')))?.value, 'one')
      advance(1)
      assert.equal(await store.get(key('a')), undefined)
    },
  },
  {
    name: 'touch and swap move the expiry earlier, exactly',
    check: async ({ store, key, value, advance, now }) => {
      await store.put(key('touch'), value('one'))
      await store.touch(key('touch'), now() + 500)
      const version = (await store.put(key('swap'), value('one'))) ?? ''
      await store.swap(key('swap'), version, value('two', 500))
      advance(499)
      assert.ok(await store.get(key('touch')))
      assert.ok(await store.get(key('swap')))
      advance(1)
      assert.equal(await store.get(key('touch')), undefined)
      assert.equal(await store.get(key('swap')), undefined)
    },
  },
  {
    name: 'an expiry a century away is kept exactly',
    check: async ({ store, key, value, advance, now }) => {
      const expiresAt = now() + 100 * yearsMs
      await store.put(key('a'), value('one', 100 * yearsMs))
      assert.equal((await store.get(key('a')))?.expiresAt, expiresAt)
      advance(yearsMs)
      assert.equal((await store.get(key('a')))?.expiresAt, expiresAt)
      await store.drop(key('a'))
    },
  },
]
