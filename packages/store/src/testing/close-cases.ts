import type { CaseTemplate } from './fixture.ts'
import { assertRefused, keyedCalls } from './limit-cases.ts'

/** A closed store answers nothing. */
export const closeCases: readonly CaseTemplate[] = [
  {
    name: 'after close every method rejects with store_closed',
    check: async ({ store, key, value }) => {
      const channel = store.channel(key('before'))
      await store.close()
      for (const [, call] of keyedCalls) {
        await assertRefused(() => call(store, key('a'), value('x')), 'store_closed', key('a'))
      }
      await assertRefused(() => channel.publish('x'), 'store_closed', key('before'))
    },
  },
  {
    name: 'closing twice does nothing, and a subscription may still be ended afterwards',
    check: async ({ store, key }) => {
      const unsubscribe = await store.channel(key('news')).subscribe(() => undefined)
      await store.close()
      await store.close()
      await unsubscribe()
      await unsubscribe()
    },
  },
]
