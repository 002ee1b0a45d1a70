import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('.', import.meta.url))

const shipped = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('testing'),
)

/** The commands run in Node and nowhere else; theirs is the one folder that may use it. */
const isCommand = (name: string): boolean => name.startsWith('cli/')
const sources = shipped.filter((name) => !isCommand(name))

/** What is left of the imports once the types are erased. */
const importsOf = (name: string): readonly string[] =>
  [
    ...readFileSync(join(root, name), 'utf8').matchAll(
      /^(?:import|export) (?!type )[^'"]*\bfrom '([^']+)'/gm,
    ),
  ].map(([, specifier = '']) => specifier)

test('the package imports its own files and jose, nothing of Node', () => {
  expect(sources.length).toBeGreaterThan(20)
  const foreign = sources.flatMap(importsOf).filter((name) => !/^\.{1,2}\//.test(name))
  expect(new Set(foreign)).toEqual(new Set(['jose']))
})

test('the commands add what Node brings and nothing else, and nobody imports them', () => {
  const foreign = shipped.filter(isCommand).flatMap(importsOf)
  expect(foreign.filter((name) => !/^\.{1,2}\/|^node:/.test(name))).toEqual([])
  expect(sources.flatMap(importsOf).filter((name) => /(?:^|\/)cli\//.test(name))).toEqual([])
})

test('no source reads a global that only Node has', () => {
  for (const name of sources) {
    const code = readFileSync(join(root, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(code, name).not.toMatch(/\b(?:Buffer|process|require|__dirname|setImmediate)\b[.(]/)
  }
})
