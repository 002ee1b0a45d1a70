import { createSqliteStore } from '@coatcheck/store/sqlite'
import { createRefreshTokens } from '../../refresh-tokens/create-refresh-tokens.ts'

/** One process of several over one file: `race.worker.ts PATH TOKEN COUNT CLOCK`. */
const [path = '', token = '', count = '1', clock = '0'] = process.argv.slice(2)

const store = createSqliteStore({ path })
const offsetMs = Number(clock)
const events: string[] = []
const refreshTokens = createRefreshTokens({
  store,
  graceSeconds: 30,
  now: () => Date.now() + offsetMs,
  onEvent: ({ type }) => events.push(type),
})
let made = 0

const use = async () => {
  const outcome = await refreshTokens.rotate({
    token,
    clientId: 'web',
    makeAccessToken: async () => {
      made += 1
      const expiresAt = Math.floor((Date.now() + offsetMs) / 1000) + 600
      return {
        token: `${process.pid}-${made}`,
        issuer: 'race',
        jwtId: `${process.pid}-${made}`,
        expiresAt,
      }
    },
  })
  if (outcome.kind === 'refused') return { kind: outcome.reason }
  return { kind: outcome.kind, token: outcome.token, access: outcome.accessToken?.token }
}

const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`)

say('ready')
await new Promise((resolve) => process.stdin.once('data', resolve))
const outcomes = await Promise.all(Array.from({ length: Number(count) }, use))
for (const outcome of outcomes) say(outcome)
say(events)
await store.close()
process.exit(0)
