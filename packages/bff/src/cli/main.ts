import { readFileSync } from 'node:fs'
import { createNodeTerminal, heedWriteErrors } from '@coatcheck/jwt/cli'
import { runCli } from './run-cli.ts'

const { argv, env, stdin, stdout, stderr } = process

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string }

/** The first signal asks, the second one does not. */
const stopAsked = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = () => {
      resolve()
      process.once('SIGTERM', () => process.exit(1))
      process.once('SIGINT', () => process.exit(1))
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  })

heedWriteErrors([stdout, stderr])

process.exitCode = await runCli({
  arguments: argv.slice(2),
  environment: env,
  cwd: process.cwd(),
  version,
  print: (line) => stdout.write(`${line}\n`),
  complain: (line) => stderr.write(`${line}\n`),
  stopAsked,
  terminal: createNodeTerminal({ stdin, stdout }),
})
