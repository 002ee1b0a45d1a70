import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { findFaults } from './contents.mjs'

const faultsOf = async (manifest: object, files: Readonly<Record<string, string>>) => {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-contents-'))
  const all = {
    LICENSE: 'MIT',
    'package.json': JSON.stringify({ name: 'x', ...manifest }),
    ...files,
  }
  try {
    for (const [path, text] of Object.entries(all)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    return await findFaults(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test('a package may import what it declares, itself and the platform', async () => {
  const manifest = {
    name: '@coatcheck/x',
    dependencies: { koa: '3', '@types/koa': '3' },
    peerDependencies: { redis: '5' },
    devDependencies: { '@types/koa': '3' },
  }
  const files = {
    'dist/index.js': "import 'koa'; import 'redis/y'; import '@coatcheck/x/y'; import 'node:fs'",
    'dist/index.d.ts': "import { Middleware } from 'koa'; export declare const x: Middleware",
  }
  expect(await faultsOf(manifest, files)).toEqual([])
})

test('an undeclared import is found in code and in types, static, dynamic or of a type', async () => {
  for (const text of [
    "import { x } from 'jose'",
    "export * from 'jose/jwt'",
    "const x = await import('jose')",
    "import type { x } from 'jose'",
  ]) {
    expect(await faultsOf({}, { 'dist/a.js': text })).toEqual([
      'dist/a.js imports jose, which is no dependency',
    ])
  }
  const types = "export declare const x: import('jose').JWK"
  expect(await faultsOf({ devDependencies: { jose: '6' } }, { 'dist/a.d.ts': types })).toEqual([
    'dist/a.d.ts imports jose, which is no dependency',
  ])
})

test('types that only the workspace has installed are found', async () => {
  const manifest = { dependencies: { koa: '3' }, devDependencies: { '@types/koa': '3' } }
  const files = {
    'dist/a.d.ts': "import { Middleware } from 'koa'; export declare const x: Middleware",
  }
  expect(await faultsOf(manifest, files)).toHaveLength(1)
})

test('the type any is found in types, and the word in comments and strings is not', async () => {
  const fine = "/** any */ export declare const x: 'any' // any"
  expect(await faultsOf({}, { 'dist/a.d.ts': fine })).toEqual([])
  for (const text of ['export declare const x: any', 'export type X = Record<string, any[]>']) {
    expect(await faultsOf({}, { 'dist/a.d.ts': text })).toEqual(['dist/a.d.ts has the type any'])
  }
})

test('the client may not depend on anything', async () => {
  const manifest = { name: '@coatcheck/client', dependencies: { jose: '6' } }
  expect(await faultsOf(manifest, {})).toHaveLength(1)
})
