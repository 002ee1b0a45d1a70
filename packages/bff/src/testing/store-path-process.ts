import { resolve } from 'node:path'
import { argv } from 'node:process'
import { createSqliteStore } from '@coatcheck/store/sqlite'
import { runCli } from '../cli/run-cli.ts'

/** What the command did with one path. */
export interface PathCheck {
  readonly code: number
  readonly printed: string
  readonly complained: string
}

/** A command, or `open` for the store by itself, with the path its store is to have. */
export interface PathQuestion {
  readonly command: readonly string[]
  readonly path: string
}

const [, , folder = '', questions = '[]'] = argv

/** What no check foresees: whether the store comes to be there and takes a write. */
const open = async (path: string): Promise<PathCheck> => {
  try {
    const store = createSqliteStore({ path: resolve(folder, path) })
    await store.put('a', { value: 'x', expiresAt: Date.now() + 60_000 })
    await store.close()
    return { code: 0, printed: '', complained: '' }
  } catch (error) {
    return { code: 1, printed: '', complained: String(error) }
  }
}

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
  const isOpen = question.command[0] === 'open'
  answers.push(await (isOpen ? open(question.path) : ask(question)))
}
console.log(JSON.stringify(answers))
