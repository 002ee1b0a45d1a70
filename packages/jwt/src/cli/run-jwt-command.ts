import { JwtError } from '../errors.ts'
import type { ExitCode, JwtCliProcess } from './cli-process.ts'
import type { Command } from './command.ts'
import { commands } from './commands.ts'
import { describeCommand, describeUsage } from './help.ts'
import { parseArguments } from './parse-arguments.ts'
import { render } from './render.ts'

const groups: ReadonlySet<string> = /* @__PURE__ */ new Set(
  commands.map(({ words }) => words.split(' ')[0] ?? ''),
)

/** True when the arguments begin with a word of the command table, such as `token`. */
export const isJwtCommand = (given: readonly string[]): boolean => groups.has(given[0] ?? '')

const sayUsage = ({ name, complain }: JwtCliProcess): 2 => {
  for (const text of describeUsage(name)) complain(text)
  return 2
}

const runCommand = async (
  process: JwtCliProcess,
  command: Command,
  given: readonly string[],
): Promise<ExitCode> => {
  const call = parseArguments(given, command)
  if (call.wants === 'help') {
    for (const text of describeCommand(process.name, command)) process.print(text)
    return 0
  }
  const outcome = await command.run({ ...call, process })
  render(process, outcome, call.format)
  return outcome.exitCode
}

const answerGeneral = (process: JwtCliProcess, word: string | undefined): ExitCode => {
  if (word === '--version') {
    process.print(process.version)
    return 0
  }
  if (word !== '--help' && word !== '-h') return sayUsage(process)
  for (const text of describeUsage(process.name)) process.print(text)
  return 0
}

/** Messages of our own errors hold no part of a token, key or URL; of others nobody knows. */
const complainOf = (error: unknown, { complain, name }: JwtCliProcess, words: string): ExitCode => {
  if (!(error instanceof JwtError)) {
    complain(`${name} ${words} failed: a fault of this program.`)
    return 4
  }
  complain(error.message)
  if (error.code === 'keys_unavailable') return 3
  complain(`See ${name} ${words} --help.`)
  return 2
}

/**
 * Runs one command of the table; resolves to the exit code. What it prints holds no secret but the
 * one it was asked to generate, and what it complains of holds none at all.
 */
export const runJwtCommand = async (process: JwtCliProcess): Promise<ExitCode> => {
  const [group, verb, ...rest] = process.arguments
  const command = commands.find(({ words }) => words === `${group} ${verb}`)
  if (command === undefined) return answerGeneral(process, verb?.startsWith('-') ? verb : group)
  try {
    return await runCommand(process, command, rest)
  } catch (error) {
    return complainOf(error, process, command.words)
  }
}
