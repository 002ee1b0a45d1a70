import type { Command } from './command.ts'
import { commands } from './commands.ts'

const column = (text: string): string => text.padEnd(30)

/** One line for each command, to stand in the usage of the program that offers them. */
export const describeJwtCommands = (name: string): readonly string[] =>
  commands.map(({ words, summary }) => `  ${column(`${name} ${words}`)} ${summary}`)

/** What the program says when it is asked for nothing, or for help. */
export const describeUsage = (name: string): readonly string[] => [
  'Usage:',
  ...describeJwtCommands(name),
  `  ${column(`${name} --version`)} say the version`,
  '',
  `${name} COMMAND --help says more. Tokens are read from standard input only.`,
]

/** The help of one command. */
export const describeCommand = (name: string, command: Command): readonly string[] => [
  `Usage: ${name} ${command.words} ${command.synopsis}`,
  '',
  `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
  '',
  ...Object.entries(command.options).map(
    ([option, { value, help }]) => `  ${column(`--${option} ${value}`)} ${help}`,
  ),
  `  ${column('--json')} one line of JSON for scripts`,
  `  ${column('--help')} this text`,
  '',
  'Exit codes: 0 good, 1 a bad finding or a refusal, 2 called wrongly, 3 a server cannot be',
  'reached, 4 a fault of this program.',
]
