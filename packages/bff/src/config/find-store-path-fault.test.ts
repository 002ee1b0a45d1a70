import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Libsql from 'libsql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { servedSealingKey } from '../testing/served.ts'
import type { PathCheck, PathQuestion } from '../testing/store-path-process.ts'

const config = {
  publicUrl: 'https://app.example',
  provider: {
    issuer: 'https://login.example',
    clientId: 'app',
    clientSecret: 'client-secret-of-the-test',
  },
  resources: { orders: { mode: 'token', scope: 'orders:read' } },
  sealingKeys: [servedSealingKey],
}

const packageRoot = fileURLToPath(new URL('../..', import.meta.url))

let folder = ''

const makeFile = (path: string, mode: number, content = '') => {
  writeFileSync(join(folder, path), content)
  chmodSync(join(folder, path), mode)
}

const makeFolder = (path: string, mode: number) => {
  mkdirSync(join(folder, path))
  makeFile(`${path}/kept.sqlite`, 0o666)
  chmodSync(join(folder, path), mode)
}

const makeLink = (path: string, target: string) => symlinkSync(target, join(folder, path))

/** A folder in which nothing can be made, with a link in it. */
const makeLinkInReadOnly = (path: string, target: string) => {
  mkdirSync(join(folder, path))
  makeLink(`${path}/link.sqlite`, target)
  chmodSync(join(folder, path), 0o555)
}

/** A database that is not open, with a side file that another user's process left. */
const makeSideFile = (path: string, suffix: string) => {
  const database = new Libsql(join(folder, path))
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('CREATE TABLE one (a)')
  database.close()
  chmodSync(join(folder, path), 0o666)
  makeFile(`${path}${suffix}`, 0o444)
}

/** What the path names, the path, what is there before, and the words of the remedy. */
const unusable: readonly (readonly [string, string, () => void, RegExp])[] = [
  ['a folder', 'one', () => makeFolder('one', 0o777), /is a folder; name a file in it/],
  ['a file in no folder', 'nowhere/x.sqlite', () => {}, /its folder does not exist.*; make it/],
  [
    'a file in a file',
    'two/x.sqlite',
    () => makeFile('two', 0o666),
    /its folder does not exist.*; make it/,
  ],
  [
    'a file in a folder that may not be entered',
    'three/deep/x.sqlite',
    () => makeFolder('three', 0o600),
    /its folder does not exist, or not for this process; make it/,
  ],
  [
    'a new file in a folder that may not be written',
    'four/x.sqlite',
    () => makeFolder('four', 0o555),
    /its folder cannot be written.*; give the folder .*to the user/,
  ],
  [
    'a file that is there, in a folder that may not be written',
    'five/kept.sqlite',
    () => makeFolder('five', 0o555),
    /its folder cannot be written.*; give the folder .*to the user/,
  ],
  [
    'a file that may not be written',
    'six.sqlite',
    () => makeFile('six.sqlite', 0o444),
    /cannot be read and written.*; give the file to the user/,
  ],
  [
    'a file that may not be read',
    'seven.sqlite',
    () => makeFile('seven.sqlite', 0o222),
    /cannot be read and written.*; give the file to the user/,
  ],
  ['a device', 'eight.sqlite', () => makeLink('eight.sqlite', '/dev/null'), /is no file; name one/],
  [
    'a new file in a folder that may be written, but not entered',
    'eleven/x.sqlite',
    () => makeFolder('eleven', 0o666),
    /its folder cannot be written.*; give the folder .*to the user/,
  ],
  [
    'a link to a file in a folder that may not be written',
    'twelve.sqlite',
    () => {
      makeFolder('twelve', 0o555)
      makeLink('twelve.sqlite', 'twelve/kept.sqlite')
    },
    /its folder cannot be written.*; give the folder .*to the user/,
  ],
  [
    'a link to a new file in a folder that may not be written',
    'thirteen.sqlite',
    () => {
      makeFolder('thirteen', 0o555)
      makeLink('thirteen.sqlite', 'thirteen/new.sqlite')
    },
    /its folder cannot be written.*; give the folder .*to the user/,
  ],
  [
    'a link into no folder',
    'fourteen.sqlite',
    () => makeLink('fourteen.sqlite', 'nowhere/x.sqlite'),
    /its folder does not exist.*; make it/,
  ],
  [
    'links that lead round in a circle',
    'fifteen.sqlite',
    () => {
      makeLink('fifteen.sqlite', 'sixteen.sqlite')
      makeLink('sixteen.sqlite', 'fifteen.sqlite')
    },
    /is a link that leads back to itself; name a file/,
  ],
  [
    'a file whose -wal file may not be written',
    'seventeen.sqlite',
    () => makeSideFile('seventeen.sqlite', '-wal'),
    /the -wal file beside it cannot be read and written.*; give it/,
  ],
  [
    'a file whose -shm file may not be written',
    'eighteen.sqlite',
    () => makeSideFile('eighteen.sqlite', '-shm'),
    /the -shm file beside it cannot be read and written.*; give it/,
  ],
  [
    'a link to a file whose -wal file may not be written',
    'nineteen.sqlite',
    () => {
      makeSideFile('behind-nineteen.sqlite', '-wal')
      makeLink('nineteen.sqlite', 'behind-nineteen.sqlite')
    },
    /the -wal file beside it cannot be read and written.*; give it/,
  ],
  [
    'a file whose -wal is a folder',
    'twenty.sqlite',
    () => {
      makeFile('twenty.sqlite', 0o666)
      makeFolder('twenty.sqlite-wal', 0o777)
    },
    /the -wal file beside it cannot be read and written.*; give it/,
  ],
  [
    'a long file that is no database',
    'long.sqlite',
    () => makeFile('long.sqlite', 0o666, 'SQLite format 2\0'.repeat(512)),
    /is no SQLite database; name one/,
  ],
  [
    'a file that is too short for a database',
    'short.sqlite',
    () => makeFile('short.sqlite', 0o666, 'SQLite format 3'),
    /is no SQLite database; name one/,
  ],
]

const usable: readonly (readonly [string, string, () => void])[] = [
  ['a file that is still to be made', 'x.sqlite', () => {}],
  ['a file that is there', 'nine.sqlite', () => makeFile('nine.sqlite', 0o666)],
  ['a file in a folder of its own', 'ten/x.sqlite', () => makeFolder('ten', 0o777)],
  [
    'a link, in a folder that may not be written, to a file where it may',
    'linked/link.sqlite',
    () => {
      makeFile('linked.sqlite', 0o666)
      makeLinkInReadOnly('linked', '../linked.sqlite')
    },
  ],
  [
    'a link, in a folder that may not be written, to a new file where it may',
    'dangling/link.sqlite',
    () => makeLinkInReadOnly('dangling', '../still-to-be-made.sqlite'),
  ],
  [
    'an absolute link to a link to a new file',
    'absolute.sqlite',
    () => {
      makeLink('absolute.sqlite', join(folder, 'relative.sqlite'))
      makeLink('relative.sqlite', 'new-behind-two.sqlite')
    },
  ],
  [
    'a new file behind a link out of a linked folder',
    'linked-folder/up.sqlite',
    () => {
      makeFolder('deep', 0o777)
      makeFolder('deep/er', 0o777)
      makeLink('linked-folder', 'deep/er')
      makeLink('deep/er/up.sqlite', '../new-in-deep.sqlite')
    },
  ],
  [
    'a database with side files that a process left when it was killed',
    'left.sqlite',
    () => {
      makeSideFile('left.sqlite', '-wal')
      makeFile('left.sqlite-shm', 0o666)
      chmodSync(join(folder, 'left.sqlite-wal'), 0o666)
    },
  ],
]

/** Every file with what a change would change. */
const snapshot = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const { mode, mtimeMs, size } = lstatSync(join(folder, name))
    return { name, mode, mtimeMs, size }
  })

const checking = ['serve', '--check-config']
const questions: readonly PathQuestion[] = [
  ...[...unusable, ...usable].map(([, path]) => ({ command: checking, path })),
  ...unusable.map(([, path]) => ({ command: ['serve'], path })),
]

/** Asks all in one process, as a user whom permissions bind, which they do not the superuser. */
const askAll = (questions: readonly PathQuestion[]): readonly PathCheck[] => {
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const module = fileURLToPath(new URL('../testing/store-path-process.ts', import.meta.url))
  const flags = ['--conditions=@coatcheck/source', '--import', 'tsx', module]
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, folder, JSON.stringify(questions)],
    { ...nobody, cwd: packageRoot, encoding: 'utf8', timeout: 60_000 },
  )
  expect(stderr).toBe('')
  return JSON.parse(stdout) as readonly PathCheck[]
}

let before: unknown
let after: unknown
let answers: readonly PathCheck[]

const answerTo = (command: readonly string[], path: string) =>
  answers[questions.findIndex((asked) => asked.command[1] === command[1] && asked.path === path)]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  chmodSync(folder, 0o777)
  writeFileSync(join(folder, 'coatcheck.config.json'), JSON.stringify(config))
  for (const [, , make] of [...unusable, ...usable]) make()
  before = snapshot()
  answers = askAll(questions)
  after = snapshot()
}, 60_000)
afterAll(() => {
  // Who is not root cannot empty a folder that may not be written to.
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((it) =>
    it.isDirectory(),
  )) {
    chmodSync(join(folder, name), 0o755)
  }
  rmSync(folder, { recursive: true, force: true })
})

test.each(unusable)('--check-config and the server refuse %s as store.path', (...row) => {
  const [, path, , remedy] = row
  for (const command of [checking, ['serve']]) {
    const answer = answerTo(command, path)
    expect(answer?.complained).toMatch(
      /^One thing needs mending:\n {2}COATCHECK_STORE_PATH \(store\.path\): [^\n]+$/,
    )
    expect(answer?.complained).toMatch(remedy)
    expect(answer).toMatchObject({ code: 1, printed: '' })
  }
})

test.each(usable)('--check-config takes %s as store.path', (_what, path) => {
  expect(answerTo(checking, path)).toEqual({
    code: 0,
    printed: expect.stringContaining('The configuration is good.'),
    complained: '',
  })
})

test('--check-config makes and changes no file', () => {
  expect(after).toEqual(before)
})

test('SQLite can keep its database just where --check-config says so', () => {
  const rows = [...unusable, ...usable]
  const opened = askAll(rows.map(([, path]) => ({ command: ['open'], path })))
  const codes = rows.map(([what], index) => [what, opened[index]?.code])
  expect(codes).toEqual(rows.map((row) => [row[0], row.length === 4 ? 1 : 0]))
}, 60_000)
