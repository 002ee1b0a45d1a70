import { readFileSync } from 'node:fs'
import { createNodeTerminal, heedWriteErrors } from './node-terminal.ts'
import { runJwtCommand } from './run-jwt-command.ts'

const { argv, env, stdin, stdout, stderr } = process

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string }

heedWriteErrors([stdout, stderr])

process.exitCode = await runJwtCommand({
  name: 'coatcheck-jwt',
  version,
  arguments: argv.slice(2),
  environment: env,
  cwd: process.cwd(),
  print: (line) => stdout.write(`${line}\n`),
  complain: (line) => stderr.write(`${line}\n`),
  terminal: createNodeTerminal({ stdin, stdout }),
})
