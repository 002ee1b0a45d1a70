import assert from 'node:assert/strict'
import type { Channel, Unsubscribe } from '../port.ts'
import type { CaseTemplate } from './fixture.ts'

interface Ear {
  readonly heard: readonly string[]
  /** Resolves once `message` was heard, rejects when it does not come. */
  readonly hears: (message: string) => Promise<void>
  readonly unsubscribe: Unsubscribe
}

const listen = async (channel: Channel, patienceMs: number): Promise<Ear> => {
  const heard: string[] = []
  const waiting = new Map<string, () => void>()
  const unsubscribe = await channel.subscribe((message) => {
    heard.push(message)
    waiting.get(message)?.()
  })
  const hears = async (message: string) => {
    let patience: ReturnType<typeof setTimeout> | undefined
    await new Promise<void>((resolve, reject) => {
      if (heard.includes(message)) return resolve()
      waiting.set(message, resolve)
      const lost = new assert.AssertionError({ message: `not heard: ${message}` })
      patience = setTimeout(reject, patienceMs, lost)
    })
    clearTimeout(patience)
  }
  return { heard, hears, unsubscribe }
}

/**
 * Messages reach who listens, in order, and nobody else. Silence is shown by a later message that
 * did arrive, never by waiting.
 */
export const channelCases: readonly CaseTemplate[] = [
  {
    name: 'every listener hears every message in the order of publication, its own included',
    check: async ({ store, key, patienceMs }) => {
      const channel = store.channel(key('news'))
      const ears = [
        await listen(channel, patienceMs),
        await listen(store.channel(key('news')), patienceMs),
      ]
      const messages = Array.from({ length: 50 }, (_, index) => `message ${index}`)
      for (const message of messages) await channel.publish(message)
      for (const ear of ears) {
        await ear.hears('message 49')
        assert.deepEqual(ear.heard, messages)
      }
    },
  },
  {
    name: 'a message is text of any kind and comes as it was sent',
    check: async ({ store, key, patienceMs }) => {
      const channel = store.channel(key('news'))
      const ear = await listen(channel, patienceMs)
      const messages = ['', ' ', '{"a":1}', 'a\u0000b', '🧥', 'x'.repeat(100_000), 'end']
      for (const message of messages) await channel.publish(message)
      await ear.hears('end')
      assert.deepEqual(ear.heard, messages)
    },
  },
  {
    name: 'a listener hears nothing of other channels, whatever their names look like',
    check: async ({ store, key, patienceMs }) => {
      const ear = await listen(store.channel(key('news')), patienceMs)
      for (const name of ['News', 'news*', 'news:', 'new', '*', 'n?ws']) {
        await store.channel(key(name)).publish('not for you')
      }
      await store.channel(key('news')).publish('for you')
      await ear.hears('for you')
      assert.deepEqual(ear.heard, ['for you'])
    },
  },
  {
    name: 'a message from before a listener came is not kept for it',
    check: async ({ store, key, patienceMs }) => {
      const channel = store.channel(key('news'))
      await channel.publish('to nobody')
      // Once a later one was heard, it is no more under way.
      const first = await listen(channel, patienceMs)
      await channel.publish('too early')
      await first.hears('too early')
      await first.unsubscribe()
      const ear = await listen(channel, patienceMs)
      await channel.publish('in time')
      await ear.hears('in time')
      assert.deepEqual(ear.heard, ['in time'])
    },
  },
  {
    name: 'an ended subscription hears nothing more, and the others still do',
    check: async ({ store, key, patienceMs }) => {
      const channel = store.channel(key('news'))
      const [ended, stays] = [await listen(channel, patienceMs), await listen(channel, patienceMs)]
      await ended.unsubscribe()
      await channel.publish('after')
      await stays.hears('after')
      assert.deepEqual(ended.heard, [])
    },
  },
  {
    name: 'ending a subscription twice does not end a later one',
    check: async ({ store, key, patienceMs }) => {
      const channel = store.channel(key('news'))
      const first = await listen(channel, patienceMs)
      await first.unsubscribe()
      const second = await listen(channel, patienceMs)
      await first.unsubscribe()
      await channel.publish('still here')
      await second.hears('still here')
      assert.deepEqual(first.heard, [])
    },
  },
  {
    name: 'one function may be subscribed twice and ended once',
    check: async ({ store, key, patienceMs }) => {
      const channel = store.channel(key('news'))
      const heard: string[] = []
      const listener = (message: string) => {
        heard.push(message)
      }
      const unsubscribe = await channel.subscribe(listener)
      await channel.subscribe(listener)
      await unsubscribe()
      const last = await listen(channel, patienceMs)
      await channel.publish('once')
      await last.hears('once')
      assert.deepEqual(heard, ['once'])
    },
  },
  {
    name: 'channels and keys of one name know nothing of each other',
    check: async ({ store, key, value, patienceMs }) => {
      const ear = await listen(store.channel(key('both')), patienceMs)
      await store.put(key('both'), value('a value'))
      await store.channel(key('both')).publish('a message')
      await ear.hears('a message')
      assert.deepEqual(ear.heard, ['a message'])
      assert.equal((await store.take(key('both')))?.value, 'a value')
    },
  },
]
