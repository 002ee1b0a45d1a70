import type { ExitCode, JwtCliProcess } from './cli-process.ts'

/** How a line looks on a terminal. */
export type Style = 'plain' | 'title' | 'good' | 'warning' | 'bad' | 'dim'

/** One line for people. Line breaks and control characters in it are shown, not obeyed. */
export interface Line {
  readonly text: string
  readonly style: Style
}

/** What a command has to say. */
export interface Outcome {
  readonly exitCode: ExitCode
  /** For scripts, with `--json`. */
  readonly json: unknown
  /** For people. */
  readonly lines: readonly Line[]
  /** For people as well, on standard error, so that what is piped stays clean. */
  readonly remarks?: readonly string[]
}

/** One option of a command. */
export interface CommandOption {
  /** `list`: may be given several times, or once with commas between. */
  readonly kind: 'text' | 'list'
  /** What stands for its value in the help, such as `FILE`. */
  readonly value: string
  readonly help: string
}

/** The options that were given. */
export interface GivenOptions {
  readonly texts: Readonly<Record<string, string>>
  readonly lists: Readonly<Record<string, readonly string[]>>
}

/** What a command is run with. */
export interface CommandContext extends GivenOptions {
  readonly process: JwtCliProcess
  /** The one argument, for a command that takes one. */
  readonly argument: string
}

/** One row of the command table. */
export interface Command {
  /** What is typed, such as `token inspect`. */
  readonly words: string
  readonly summary: string
  /** How it is typed, after its words. */
  readonly synopsis: string
  /** Whether one argument is required, or why there is none. */
  readonly argument: 'required' | { readonly refusal: string }
  readonly options: Readonly<Record<string, CommandOption>>
  /** @throws JwtError `configuration_invalid` for a wrong call, `keys_unavailable` */
  readonly run: (context: CommandContext) => Promise<Outcome>
}

/** A line for people. */
export const line = (text: string, style: Style = 'plain'): Line => ({ text, style })

/** A value as indented JSON, line by line. */
export const jsonLines = (value: unknown): readonly Line[] =>
  (JSON.stringify(value, null, 2) ?? 'nothing').split('\n').map((text) => line(text))
