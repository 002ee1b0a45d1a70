import { readFileSync } from 'node:fs'
import { createNodeTerminal } from './node-terminal.ts'
import { runJwtCommand } from './run-jwt-command.ts'

const { argv, env, stdin, stdout, stderr } = process

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string }

// Whoever reads only the head of it, as in "| head -1", has what he wants; the exit code is that of
// the verdict all the same. What cannot be written for another reason is no verdict.
for (const stream of [stdout, stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') process.exit(4)
  })
}

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
