import { BffError } from '@coatcheck/bff'
import { DevIdpError } from '@coatcheck/dev-idp'
import { createBanner } from './banner.ts'
import { createConsoleLog } from './console-log.ts'
import { DemoError } from './errors.ts'
import { readSettings } from './settings.ts'
import { startDemo } from './start-demo.ts'

const { env, stdout } = process

const write = (line: string): void => {
  stdout.write(`${line}\n`)
}

const run = async (): Promise<void> => {
  const { port, accessTokenSeconds } = readSettings(env)
  const demo = await startDemo({ port, accessTokenSeconds, log: createConsoleLog(write) })

  const style = stdout.isTTY && env.NO_COLOR === undefined ? 'colour' : 'plain'
  const stopAsked = new Promise<void>((resolve) => {
    process.on('SIGINT', () => resolve())
    process.on('SIGTERM', () => resolve())
  })
  write(createBanner({ demo, accessTokenSeconds, style }))
  await stopAsked
  await demo.close()
  process.exit(0)
}

/** What a person can mend is said in one line; anything else is a bug and keeps its stack. */
const isForPeople = (error: unknown): error is Error =>
  error instanceof DemoError || error instanceof DevIdpError || error instanceof BffError

try {
  await run()
} catch (error) {
  process.stderr.write(
    isForPeople(error) ? `\n  ${error.message.replaceAll('\n', '\n  ')}\n\n` : '',
  )
  if (!isForPeople(error)) throw error
  process.exitCode = 1
}
