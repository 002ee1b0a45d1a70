/**
 * How a command ended. 0: good. 1: a bad finding, a token that is refused, keys that do not match.
 * 2: the command was called wrongly. 3: a server that was needed cannot be reached, so there is no
 * verdict. 4: a fault of this program.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4

/** What a command may see of the outer world beyond its arguments. */
export interface Terminal {
  /** Who is at the other end of standard input. */
  readonly input: 'terminal' | 'pipe'
  /** Who is at the other end of standard output; nobody but a terminal gets colours. */
  readonly output: 'terminal' | 'pipe'
  /** All of standard input as text, bounded. */
  readonly readInput: () => Promise<string>
  /** Called only by commands that were given a URL, with that URL. */
  readonly fetch: typeof globalThis.fetch
  /** Clock in epoch milliseconds. */
  readonly now: () => number
}

/** The process, as far as the commands need it. */
export interface JwtCliProcess {
  /** What the user has typed to get here, such as `coatcheck-jwt`. */
  readonly name: string
  /** Of the package. */
  readonly version: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly print: (line: string) => void
  readonly complain: (line: string) => void
  readonly terminal: Terminal
}
