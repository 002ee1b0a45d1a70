import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
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

const makeFile = (path: string, mode: number) => {
  writeFileSync(join(folder, path), '')
  chmodSync(join(folder, path), mode)
}

const makeFolder = (path: string, mode: number) => {
  mkdirSync(join(folder, path))
  makeFile(`${path}/kept.sqlite`, 0o666)
  chmodSync(join(folder, path), mode)
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
    /its folder cannot be written.*; give the folder to the user/,
  ],
  [
    'a file that is there, in a folder that may not be written',
    'five/kept.sqlite',
    () => makeFolder('five', 0o555),
    /its folder cannot be written.*; give the folder to the user/,
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
  [
    'a device',
    'eight.sqlite',
    () => symlinkSync('/dev/null', join(folder, 'eight.sqlite')),
    /is no file; name one/,
  ],
]

const usable: readonly (readonly [string, string, () => void])[] = [
  ['a file that is still to be made', 'x.sqlite', () => {}],
  ['a file that is there', 'nine.sqlite', () => makeFile('nine.sqlite', 0o666)],
  ['a file in a folder of its own', 'ten/x.sqlite', () => makeFolder('ten', 0o777)],
]

/** Every file with what a change would change. */
const snapshot = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const { mode, mtimeMs, size } = statSync(join(folder, name))
    return { name, mode, mtimeMs, size }
  })

const checking = ['serve', '--check-config']
const questions: readonly PathQuestion[] = [
  ...[...unusable, ...usable].map(([, path]) => ({ command: checking, path })),
  ...unusable.map(([, path]) => ({ command: ['serve'], path })),
]

/** Asks all in one process, as a user whom permissions bind, which they do not the superuser. */
const askAll = (): readonly PathCheck[] => {
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
let answers: readonly PathCheck[]

const answerTo = (command: readonly string[], path: string) =>
  answers[questions.findIndex((asked) => asked.command[1] === command[1] && asked.path === path)]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coatcheck-'))
  chmodSync(folder, 0o777)
  writeFileSync(join(folder, 'coatcheck.config.json'), JSON.stringify(config))
  for (const [, , make] of [...unusable, ...usable]) make()
  before = snapshot()
  answers = askAll()
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

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
  expect(snapshot()).toEqual(before)
})
