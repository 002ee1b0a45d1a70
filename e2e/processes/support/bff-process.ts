import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createBff } from '@coatcheck/bff'
import type { Store } from '@coatcheck/store'
import { createRedisStore } from '@coatcheck/store/redis'
import { createSqliteStore } from '@coatcheck/store/sqlite'
import { Redis } from 'ioredis'
import type { BffProcessOptions, FromProcess, HoldingPoint, ToProcess } from './protocol.ts'
import { resources } from './resources.ts'

/** One BFF of several over one store: `bff-process.ts OPTIONS`, driven by messages of its parent. */
const options = JSON.parse(process.argv[2] ?? '{}') as BffProcessOptions

let aheadMs = 0
const now = () => Date.now() + aheadMs

const say = (message: FromProcess) => process.send?.(message)

let areLeasesKept = true

const isGranted = (key: string) => !areLeasesKept && key.startsWith('lease:')

/** A store that can be made to forget what a lease is. */
const forgetful = (store: Store): Store => ({
  ...store,
  put: async (key, next) => (isGranted(key) ? 'granted' : store.put(key, next)),
  swap: async (key, version, next) => (isGranted(key) ? 'granted' : store.swap(key, version, next)),
  swapDelete: async (key, version) => isGranted(key) || store.swapDelete(key, version),
})

const openStore = (): Store => {
  switch (options.store.kind) {
    case 'sqlite':
      return createSqliteStore({ path: options.store.path, now })
    case 'redis':
      return createRedisStore({ client: new Redis(options.store.url), now })
  }
}

let holdingPoint: HoldingPoint | undefined
let goOn = () => {}

const stopAt = async (point: HoldingPoint, refreshToken?: string): Promise<void> => {
  if (holdingPoint !== point) return
  holdingPoint = undefined
  const released = new Promise<void>((resolve) => {
    goOn = resolve
  })
  say({ kind: 'held', ...(refreshToken !== undefined && { refreshToken }) })
  await released
}

const forged = {
  access_token: 'late-access-token',
  refresh_token: 'late-refresh-token',
  token_type: 'Bearer',
  expires_in: 300,
}

const haltingFetch: typeof fetch = async (input, init) => {
  if (String(input).includes('/.well-known/')) await stopAt('discovery')
  if (!String(init?.body).includes('grant_type=refresh_token')) return fetch(input, init)
  await stopAt('before-call')
  if (holdingPoint === 'forged-answer') {
    await stopAt('forged-answer')
    return Response.json(forged)
  }
  const response = await fetch(input, init)
  if (holdingPoint === 'after-answer') {
    const answer = (await response.clone().json()) as { readonly refresh_token?: string }
    await stopAt('after-answer', answer.refresh_token)
  }
  return response
}

const quiet = { info: () => {}, warn: () => {}, error: console.error }

const bff = createBff({
  publicUrl: options.publicUrl,
  provider: {
    issuer: options.issuer,
    clientId: 'app',
    clientSecret: options.clientSecret,
    timeoutMs: options.timeoutMs,
  },
  resources: Object.fromEntries(
    resources.map(({ name, audience, scope }) => [name, { mode: 'token', audience, scope }]),
  ),
  store: forgetful(openStore()),
  sealingKeys: [Buffer.alloc(32, 1).toString('base64url')],
  now,
  fetch: haltingFetch,
  log: quiet,
})

process.on('message', (message: ToProcess) => {
  switch (message.kind) {
    case 'set-clock':
      aheadMs = message.aheadMs
      say({ kind: 'done' })
      return
    case 'hold':
      holdingPoint = message.at
      say({ kind: 'done' })
      return
    case 'ignore-leases':
      areLeasesKept = false
      say({ kind: 'done' })
      return
    case 'go-on':
      goOn()
  }
})
// Nobody is left to stop this process if its parent dies.
process.on('disconnect', () => process.exit())

const server = createServer({ keepAliveTimeout: 75_000 }, bff.callback).listen(
  0,
  '127.0.0.1',
  () => {
    say({ kind: 'ready', port: (server.address() as AddressInfo).port })
  },
)
