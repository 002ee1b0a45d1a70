import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as bundle } from 'esbuild'
import { build } from 'tsdown'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The package as it is published, but for its types; built once, away from anybody's `dist`. */
let folder = ''
let built = ''
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coatcheck-jwt-'))
  built = join(folder, 'dist')
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  await build({ cwd, outDir: built, dts: false, logLevel: 'error' })
  for (const name of ['package.json', 'bin']) {
    cpSync(join(cwd, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(cwd, 'node_modules'), join(folder, 'node_modules'))
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const specifier = /(?:^(?:import|export)\b[^"';]*|\bimport\(\s*)["']([^"']+)["']/gm

/** Everything that the file imports, itself or through what it imports; its own files left out. */
const listImports = (file: string, seen: Set<string> = new Set()): ReadonlySet<string> => {
  const foreign = new Set<string>()
  if (seen.has(file)) return foreign
  seen.add(file)
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(specifier)) {
    if (!name.startsWith('.')) foreign.add(name)
    else for (const inner of listImports(join(dirname(file), name), seen)) foreign.add(inner)
  }
  return foreign
}

const portable = ['index', 'fetch/index', 'koa/index', 'express/index', 'diagnose/index'] as const

test.each(portable)('the built %s imports jose at the most, and nothing of Node', (entry) => {
  const imports = [...listImports(join(built, `${entry}.js`))]
  expect(imports.filter(isBuiltin)).toEqual([])
  expect(imports.filter((name) => name !== 'jose')).toEqual([])
})

test('the built commands use Node, which shows that the search finds it', () => {
  const imports = [...listImports(join(built, 'cli/main.js'))]
  expect(imports).toContain('node:util')
  expect(imports.filter((name) => name !== 'jose' && !name.startsWith('node:'))).toEqual([])
})

test('every export of the manifest is built', () => {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  const entries = Object.values(manifest.exports as Record<string, { default: string }>)
  for (const { default: path } of entries) {
    expect(existsSync(join(built, path.replace('./dist/', '')))).toBe(true)
  }
})

test('J85 the built command runs, and reads a token from standard input', () => {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const command = join(folder, manifest.bin['coatcheck-jwt'])
  expect(readFileSync(command, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  const run = (given: readonly string[], input = '') =>
    execFileSync(process.execPath, [command, ...given], { input, encoding: 'utf8', stdio: 'pipe' })
  expect(run(['--version'])).toBe(`${manifest.version}\n`)
  const secret = JSON.parse(run(['secret', 'generate', '--alg', 'HS512']))
  expect(Buffer.from(secret.k, 'base64url')).toHaveLength(64)
  const encoded = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM' })).toString('base64url')
  expect(run(['token', 'inspect'], `${encoded}..a.b.c`)).toMatch(/^NOT VERIFIED/)
})

const commandPath = (): string => join(folder, 'bin/coatcheck-jwt.mjs')

test.each([
  ['token inspect', 'stdout', 1],
  ['token verify', 'stderr', 2],
  ['secret generate', 'stdout', 0],
] as const)(
  'nobody reads on, and %s ends with the exit code of its verdict',
  async (words, name, code) => {
    const child = spawn(process.execPath, [commandPath(), ...words.split(' ')], { stdio: 'pipe' })
    child[name].destroy()
    child.stdin.end('no token')
    expect(await once(child, 'exit')).toEqual([code, null])
  },
)

test.skipIf(!existsSync('/dev/full'))('what cannot be written is no verdict', async () => {
  const full = openSync('/dev/full', 'w')
  try {
    const given = [commandPath(), 'secret', 'generate']
    const child = spawn(process.execPath, given, { stdio: ['ignore', full, 'pipe'] })
    expect(await once(child, 'exit')).toEqual([4, null])
  } finally {
    closeSync(full)
  }
})

/** What an app that imports these names ships to an edge runtime, jose included. */
const bundleOf = async (names: readonly string[]): Promise<string> => {
  const result = await bundle({
    stdin: {
      contents: `export { ${names.join(', ')} } from './index.js'`,
      resolveDir: built,
      loader: 'js',
    },
    alias: { jose: fileURLToPath(import.meta.resolve('jose')) },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  })
  return result.outputFiles[0]?.text ?? ''
}

/** Marks of code that makes signatures or keys, and where each is sure to be found. */
const marks: readonly (readonly [RegExp, string])[] = [
  [/subtle\s*\.\s*sign\b/, 'importKey'],
  [/\.generateKey\b/, 'generateKey'],
  [/\.exportKey\b/, 'exportPrivateJwk'],
  [/PRIVATE KEY/, 'importKey'],
  [/signing_refused/, 'createSigner'],
  [/sensitiveClaims/, 'createSigner'],
  [/rotateEverySeconds/, 'createKeyRing'],
  [/graceSeconds/, 'createRefreshTokens'],
  [/\.encrypt\b/, 'seal'],
]

test('a bundle that verifies holds no code that signs', async () => {
  const text = await bundleOf(['createVerifier', 'createRemoteKeySet'])
  expect(text.includes('signature_invalid')).toBe(true)
  expect(marks.filter(([mark]) => mark.test(text))).toEqual([])
})

test.each(marks)('%s marks what it is meant to mark: %s', async (mark, name) => {
  expect(mark.test(await bundleOf([name]))).toBe(true)
})
