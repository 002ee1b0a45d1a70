import { expect, test } from 'vitest'
import { createMemoryStore } from '../memory.ts'
import type { Store } from '../port.ts'
import { storeContract } from './contract.ts'

type Clock = { readonly now: () => number }

/** Names of the cases a store fails. */
const failures = async (
  createStore: (clock: Clock) => Store,
  patienceMs = 20,
): Promise<readonly string[]> => {
  const names: string[] = []
  for (const { name, run } of storeContract({ createStore, patienceMs })) {
    await run().catch(() => names.push(name))
  }
  return names
}

const broken = (change: (store: Store, clock: Clock) => Partial<Store>) => (clock: Clock) => {
  const store = createMemoryStore(clock)
  return { ...store, ...change(store, clock) }
}

const faults: readonly (readonly [name: string, createStore: (clock: Clock) => Store])[] = [
  [
    'put overwrites',
    broken((store) => ({
      put: async (key, next) => {
        await store.drop(key)
        return store.put(key, next)
      },
    })),
  ],
  [
    'swap does not compare',
    broken((store) => ({
      swap: async (key, _, next) => {
        const entry = await store.get(key)
        return entry && store.swap(key, entry.version, next)
      },
    })),
  ],
  [
    'swap brings deleted keys back',
    broken((store) => ({
      swap: async (key, version, next) =>
        (await store.swap(key, version, next)) ?? (await store.put(key, next)),
    })),
  ],
  [
    'swap keeps the old expiry',
    broken((store) => ({
      swap: async (key, version, next) => {
        const entry = await store.get(key)
        return store.swap(key, version, { ...next, expiresAt: entry?.expiresAt ?? next.expiresAt })
      },
    })),
  ],
  [
    'swapDelete does not compare',
    broken((store) => ({ swapDelete: async (key) => (await store.take(key)) !== undefined })),
  ],
  [
    'take is a get and a drop',
    broken((store) => ({
      take: async (key) => {
        const entry = await store.get(key)
        await store.drop(key)
        return entry
      },
    })),
  ],
  [
    'touch changes the version',
    broken((store) => ({
      touch: async (key, expiresAt) => {
        const entry = await store.get(key)
        if (entry === undefined) return false
        await store.swap(key, entry.version, { value: entry.value, expiresAt })
        return true
      },
    })),
  ],
  ['touch does nothing', broken((store) => ({ touch: async (key) => !!(await store.get(key)) }))],
  ['drop does nothing', broken(() => ({ drop: async () => undefined }))],
  ['an entry outlives its instant', (clock) => createMemoryStore({ now: () => clock.now() - 1 })],
  ['an entry dies early', (clock) => createMemoryStore({ now: () => clock.now() + 1 })],
  ['the clock is not the one given', () => createMemoryStore()],
  [
    'keys are folded',
    broken((store) => ({
      get: (key) => store.get(key.toLowerCase()),
      put: (key, next) => store.put(key.toLowerCase(), next),
    })),
  ],
  [
    'values are trimmed',
    broken((store) => ({
      put: (key, next) => store.put(key, { ...next, value: next.value.trim() }),
    })),
  ],
  [
    'the publisher does not hear itself',
    broken(() => ({
      channel: () => ({
        publish: async () => undefined,
        subscribe: async () => async () => undefined,
      }),
    })),
  ],
  ['all channels are one', broken((store) => ({ channel: () => store.channel('one') }))],
  [
    'ended subscriptions go on',
    broken((store) => ({
      channel: (name) => ({
        ...store.channel(name),
        subscribe: async (listener) => {
          await store.channel(name).subscribe(listener)
          return async () => undefined
        },
      }),
    })),
  ],
  [
    'messages are kept for who comes later',
    broken((store) => {
      const kept: (readonly [name: string, message: string])[] = []
      return {
        channel: (name) => ({
          publish: async (message) => {
            kept.push([name, message])
            await store.channel(name).publish(message)
          },
          subscribe: async (listener) => {
            for (const [where, message] of kept) if (where === name) listener(message)
            return store.channel(name).subscribe(listener)
          },
        }),
      }
    }),
  ],
  ['close does nothing', broken(() => ({ close: async () => undefined }))],
]

test('the contract passes a sound store', async () => {
  expect(await failures(createMemoryStore, 20_000)).toEqual([])
})

for (const [name, createStore] of faults) {
  test(`the contract fails a store when ${name}`, async () => {
    expect(await failures(createStore)).not.toEqual([])
  })
}
