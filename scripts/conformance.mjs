// Writes docs/conformance.md from the report of the last full test run: `pnpm test`, then
// `pnpm conformance`. With --check it only compares the document with the titles of the tests.
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { idsInSource, renderConformance, rowsOf } from './lib/conformance.mjs'
import { filesBelow } from './lib/packages.mjs'
import { readReport } from './lib/report.mjs'
import { root } from './lib/run.mjs'

const documentPath = join(root, 'docs/conformance.md')
const rulesPath = join(root, 'scripts/conformance-rules.json')

const write = async () => {
  const sections = JSON.parse(await readFile(rulesPath, 'utf8'))
  await writeFile(documentPath, renderConformance(sections, (await readReport()).tests))
  console.log('Wrote docs/conformance.md')
}

/** Every test file's text by its path from the root. */
const readTestFiles = async () => {
  const folders = ['packages', 'e2e', 'demo'].map((name) => join(root, name))
  const paths = await Promise.all(folders.map((name) => filesBelow(name, /\.test\.tsx?$/)))
  const read = async (/** @type {string} */ path) =>
    /** @type {const} */ ([relative(root, path), await readFile(path, 'utf8')])
  return new Map(await Promise.all(paths.flat().map(read)))
}

const check = async () => {
  const rows = rowsOf(await readFile(documentPath, 'utf8').catch(() => ''))
  const listed = new Set(rows.map(([id, file]) => `${id} in ${file}`))
  const texts = await readTestFiles()
  const missing = [...texts]
    .flatMap(([file, text]) => idsInSource(text).map((id) => `${id} in ${file}`))
    .filter((entry) => !listed.has(entry))
  // A title may be put together from a table; that the file names the id at all is enough here.
  const stale = rows
    .filter(([id, file]) => !new RegExp(`\\b${id}\\b`).test(texts.get(file) ?? ''))
    .map(([id, file]) => `${id} in ${file}`)
  if (missing.length + stale.length === 0) return
  throw new Error(
    [
      'docs/conformance.md is out of date; run `pnpm test`, then `pnpm conformance`.',
      ...missing.map((entry) => `  not listed: ${entry}`),
      ...stale.map((entry) => `  listed, but gone: ${entry}`),
    ].join('\n'),
  )
}

try {
  await (process.argv.includes('--check') ? check() : write())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
