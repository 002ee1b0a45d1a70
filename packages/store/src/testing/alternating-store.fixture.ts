import type { Channel, Store } from '../port.ts'

/**
 * One store made of several over the same data, each call going to the next of them: what passes
 * the contract like this keeps its promises between connections, not only within one. Listeners
 * stay with the first, for nothing orders what two connections hear.
 */
export const createAlternatingStore = (stores: readonly [Store, ...Store[]]): Store => {
  let calls = 0
  const next = (): Store => {
    calls += 1
    return stores[calls % stores.length] as Store
  }
  const channel = (name: string): Channel => ({
    publish: (message) => next().channel(name).publish(message),
    subscribe: (listener) => stores[0].channel(name).subscribe(listener),
  })
  return {
    get: (key) => next().get(key),
    put: (key, value) => next().put(key, value),
    swap: (key, version, value) => next().swap(key, version, value),
    swapDelete: (key, version) => next().swapDelete(key, version),
    take: (key) => next().take(key),
    touch: (key, expiresAt) => next().touch(key, expiresAt),
    drop: (key) => next().drop(key),
    channel,
    close: async () => {
      await Promise.all(stores.map((store) => store.close()))
    },
  }
}
