import { createInterface } from 'node:readline'
import { BffError } from '@coatcheck/bff'
import { DevIdpError } from '@coatcheck/dev-idp'
import { StoreError } from '@coatcheck/store'
import { createBanner } from './banner.ts'
import { createConsoleLog } from './console-log.ts'
import { DemoError } from './errors.ts'
import { readSettings } from './settings.ts'
import { type Demo, startDemo } from './start-demo.ts'

const { env, stdin, stdout } = process

const write = (line: string): void => {
  stdout.write(`${line}\n`)
}

/** Typing `r` shows what the file of the sessions is for. */
const listenToKeys = ({ restartBff }: Demo): void => {
  createInterface({ input: stdin }).on('line', (line) => {
    if (line.trim().toLowerCase() !== 'r') return
    restartBff().then(
      () => write('  BFF        started anew over the same sessions: nobody was logged out'),
      (error: Error) => write(`  BFF        did not start anew: ${error.message}`),
    )
  })
}

const run = async (): Promise<void> => {
  const { port, accessTokenSeconds } = readSettings(env)
  const demo = await startDemo({ port, accessTokenSeconds, log: createConsoleLog(write) })

  const style = stdout.isTTY && env.NO_COLOR === undefined ? 'colour' : 'plain'
  const stopAsked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve())
  })
  const control = stdin.isTTY ? 'keys' : 'signals'
  write(createBanner({ demo, accessTokenSeconds, style, control }))
  if (control === 'keys') listenToKeys(demo)
  await stopAsked
  await demo.close()
  process.exit(0)
}

/** What a person can mend is said in one line; anything else is a bug and keeps its stack. */
const isForPeople = (error: unknown): error is Error =>
  [DemoError, DevIdpError, BffError, StoreError].some((kind) => error instanceof kind)

try {
  await run()
} catch (error) {
  process.stderr.write(
    isForPeople(error) ? `\n  ${error.message.replaceAll('\n', '\n  ')}\n\n` : '',
  )
  if (!isForPeople(error)) throw error
  process.exitCode = 1
}
