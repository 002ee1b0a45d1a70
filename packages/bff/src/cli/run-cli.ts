import { parseArgs } from 'node:util'
import type { ExitCode, Terminal } from '@coatcheck/jwt/cli'
import { describeJwtCommands, isJwtCommand, runJwtCommand } from '@coatcheck/jwt/cli'
import { StoreError } from '@coatcheck/store'
import { describeConfig } from '../config/describe-config.ts'
import { readEnvironment } from '../config/environment.ts'
import { loadConfigFile } from '../config/load-config-file.ts'
import { type ConfigCheck, resolveConfig } from '../config/resolve-config.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { BffError } from '../errors.ts'
import { startServer } from '../server/start-server.ts'

/** The process, as far as the command needs it. */
export interface CliProcess {
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Of the package. */
  readonly version: string
  readonly print: (line: string) => void
  readonly complain: (line: string) => void
  /** Resolves when the process is asked to stop. */
  readonly stopAsked: () => Promise<void>
  /** For the commands on tokens and keys. */
  readonly terminal: Terminal
}

const usage = `Usage:
  coatcheck serve [--config FILE]                  serve app and BFF
  coatcheck serve --check-config [--config FILE]   say what is wrong with the configuration
  coatcheck --version

Tokens and keys:
${describeJwtCommands('coatcheck').join('\n')}

The configuration is coatcheck.config.ts, .mjs or .json in this folder, the variables COATCHECK_…
or both; variables win.`

interface Command {
  readonly kind: 'serve' | 'check' | 'help' | 'version'
  readonly config: string | undefined
}

const parseCommand = (argumentsGiven: readonly string[]): Command => {
  const { values, positionals } = parseArgs({
    args: [...argumentsGiven],
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      'check-config': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  })
  const { config } = values
  if (values.version === true) return { kind: 'version', config }
  if (values.help === true) return { kind: 'help', config }
  if (positionals.length !== 1 || positionals[0] !== 'serve') throw new Error('no command')
  return { kind: values['check-config'] === true ? 'check' : 'serve', config }
}

const checkConfig = async (
  { environment, cwd }: CliProcess,
  config: string | undefined,
): Promise<ConfigCheck> =>
  resolveConfig({
    file: await loadConfigFile(cwd, config),
    environment: readEnvironment(environment),
    cwd,
    mode: environment.NODE_ENV === 'production' ? 'production' : 'development',
  })

const complainOfFaults = (
  { complain }: CliProcess,
  { faults }: Extract<ConfigCheck, { kind: 'faulty' }>,
): 1 => {
  complain(faults.length === 1 ? 'One thing needs mending:' : `${faults.length} things to mend:`)
  for (const fault of faults) complain(`  ${fault}`)
  return 1
}

const serve = async (process: CliProcess, config: ServerConfig): Promise<0> => {
  const server = await startServer(config)
  await process.stopAsked()
  await server.close()
  return 0
}

const runServe = async (process: CliProcess, command: Command): Promise<0 | 1> => {
  const check = await checkConfig(process, command.config)
  for (const warning of check.warnings) process.complain(`Warning: ${warning}`)
  if (check.kind === 'faulty') return complainOfFaults(process, check)
  if (command.kind === 'serve') return serve(process, check.config)
  for (const line of describeConfig(check.config)) process.print(line)
  process.print('The configuration is good.')
  return 0
}

/** Faults a person can mend, in one line; all else is a bug and keeps its stack. */
const isForPeople = (error: unknown): error is Error =>
  error instanceof BffError || error instanceof StoreError

/**
 * Runs a command; resolves to the exit code. Nothing it prints holds a secret, but one that it was
 * asked to generate.
 */
export const runCli = async (process: CliProcess): Promise<ExitCode> => {
  if (isJwtCommand(process.arguments)) return runJwtCommand({ ...process, name: 'coatcheck' })
  let command: Command
  try {
    command = parseCommand(process.arguments)
  } catch {
    process.complain(usage)
    return 2
  }
  if (command.kind === 'help') {
    process.print(usage)
    return 0
  }
  if (command.kind === 'version') {
    process.print(process.version)
    return 0
  }
  try {
    return await runServe(process, command)
  } catch (error) {
    if (!isForPeople(error)) throw error
    process.complain(error.message)
    return 1
  }
}
