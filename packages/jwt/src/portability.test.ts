import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('.', import.meta.url))

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('testing'),
)

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

test('no source reads a global that only Node has', () => {
  for (const name of sources) {
    const code = readFileSync(join(root, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    expect(code, name).not.toMatch(/\b(?:Buffer|process|require|__dirname|setImmediate)\b[.(]/)
  }
})
