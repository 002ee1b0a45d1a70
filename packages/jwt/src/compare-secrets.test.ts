import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { isSameSecret } from './compare-secrets.ts'

const root = fileURLToPath(new URL('.', import.meta.url))

const shipped = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !/\.(?:test|fixture)\.ts$|^testing/.test(name),
)

/** A name that ends in what must stay secret, or in its hash, on either side of an equals sign. */
const secretName =
  /(?:[sS]ecret|[dD]igest|(?:^|[a-z])Hash|\.hash|\bmac|Mac|signature|password|apiKey)$/
const comparison = /([\w.?!()[\]]+) (?:===|!==|==|!=) ([\w.?!()[\]'"]+)/g
const nothing = /^(?:undefined|null|''|""|'[a-z ]+'|'[A-Z]\w+')$/

/** Comparisons of secrets by anything but the one function. */
const findComparisons = (source: string): readonly string[] =>
  [...source.matchAll(comparison)]
    .filter(
      ([, left = '', right = '']) =>
        !nothing.test(right.replace(/\)+$/, '')) && !left.startsWith('typeof'),
    )
    .filter(([, left = '', right = '']) =>
      [left, right].some((side) => secretName.test(side.replace(/[!?()]+/g, ''))),
    )
    .map(([text]) => text)

test.each([
  ['the same text', 'abc', 'abc', true],
  ['nothing and nothing', '', '', true],
  ['a difference at the start', 'xbc', 'abc', false],
  ['a difference at the end', 'abx', 'abc', false],
  ['a prefix', 'ab', 'abc', false],
  ['an extension', 'abcd', 'abc', false],
  ['another case', 'ABC', 'abc', false],
  ['a letter that shares its low octet', 'aţc', 'acc', false],
])('J86 secrets: %s', (_name, left, right, isSame) => {
  expect(isSameSecret(left, right)).toBe(isSame)
})

test('J86 no source compares a secret or its hash by any other means', () => {
  expect(shipped.length).toBeGreaterThan(40)
  for (const name of shipped) {
    const source = readFileSync(join(root, name), 'utf8')
    expect([name, findComparisons(source)]).toEqual([name, []])
  }
})

test.each([
  'if (hash.currentHash === presented.hash) return',
  'if (presented.hash !== child.hash) return',
  'return secret === other',
  'return clientSecret === given',
  'return given == record.macDigest || digest != other',
  'const isGood = mac === expected',
])('J86 the search finds: %s', (line) => {
  expect(findComparisons(line)).not.toEqual([])
})
