import type { Store } from '@coatcheck/store'
import type { StoreChoice } from '../config/server-config.ts'

/** An open store; closing it ends its connections as well. */
export interface OpenedStore {
  readonly store: Store
  close(): Promise<void>
}

/** Connecting goes on for as long as it takes; a command waits for it as long as the store allows. */
const openRedis = async (
  { url, prefix, waitReplicas }: Extract<StoreChoice, { kind: 'redis' }>,
  now: () => number,
): Promise<OpenedStore> => {
  const [{ Redis }, { createRedisStore }] = await Promise.all([
    import('ioredis'),
    import('@coatcheck/store/redis'),
  ])
  const client = new Redis(url, {
    connectTimeout: 2_000,
    // Otherwise a server that hangs with its connections open is waited for forever.
    socketTimeout: 3_000,
    maxRetriesPerRequest: 1,
  })
  // Each failed command says so itself; a listener keeps the library from printing the URL's host.
  client.on('error', () => {})
  const store = createRedisStore({
    client,
    waitReplicas,
    now,
    ...(prefix !== undefined && { prefix }),
  })
  const close = async () => {
    await store.close()
    client.disconnect()
  }
  return { store, close }
}

/** Opens the store that was configured; each driver is loaded only where it is needed. */
export const openStore = async (choice: StoreChoice, now: () => number): Promise<OpenedStore> => {
  if (choice.kind === 'redis') return openRedis(choice, now)
  const { createSqliteStore } = await import('@coatcheck/store/sqlite')
  const store = createSqliteStore({ path: choice.path, synchronous: choice.synchronous, now })
  return { store, close: () => store.close() }
}
