import { argv } from 'node:process'
import { runCli } from '../cli/run-cli.ts'

/** What the command did with one path. */
export interface PathCheck {
  readonly code: number
  readonly printed: string
  readonly complained: string
}

/** A command with the path its store is to have. */
export interface PathQuestion {
  readonly command: readonly string[]
  readonly path: string
}

const [, , folder = '', questions = '[]'] = argv

const ask = async ({ command, path }: PathQuestion): Promise<PathCheck> => {
  const printed: string[] = []
  const complained: string[] = []
  const code = await runCli({
    arguments: command,
    environment: { COATCHECK_STORE_PATH: path },
    cwd: folder,
    version: '1.2.3',
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    stopAsked: async () => {},
    terminal: {
      input: 'pipe',
      output: 'pipe',
      readInput: async () => '',
      fetch: async () => {
        throw new Error('the network was asked')
      },
      now: () => 1_800_000_000_000,
    },
  })
  return { code, printed: printed.join('\n'), complained: complained.join('\n') }
}

/** A process of its own, since permissions are asked of the user a process belongs to. */
const answers: PathCheck[] = []
for (const question of JSON.parse(questions) as readonly PathQuestion[]) {
  answers.push(await ask(question))
}
console.log(JSON.stringify(answers))
