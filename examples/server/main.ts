import { resolve } from 'node:path'
import { startExample } from './start-example.ts'

const { env, stdout } = process

const example = await startExample({
  directory: resolve('dist'),
  port: Number(env.PORT || 4000),
})

stdout.write(`
  Open      ${example.url}
  API       ${example.apiUrl}
  Provider  ${example.issuer}

  Accounts  alice, bob. Ctrl+C stops everything.

`)

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => example.close().then(() => process.exit(0)))
}
