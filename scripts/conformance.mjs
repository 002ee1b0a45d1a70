// Writes docs/conformance.md from the report of the last full test run: `pnpm test`, then
// `pnpm conformance`. With --check it only compares the document with the titles of the tests.
import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { filesBelow } from './lib/packages.mjs'
import { root } from './lib/run.mjs'

/** @typedef {{ readonly id: string, readonly level: 'M' | 'S' | 'P', readonly rule: string }} Rule */
/** @typedef {{ readonly section: string, readonly rules: readonly Rule[] }} Section */
/** @typedef {{ readonly file: string, readonly title: string, readonly passed: boolean }} Test */

const documentPath = join(root, 'docs/conformance.md')
const reportPath = join(root, '.reports/tests.json')

/**
 * Rule ids at the start of a title; several may be named.
 *
 * @param {string} title
 * @returns {readonly string[]}
 */
const idsOf = (title) =>
  /^(?:[JBC]\d{2,3}(?:[ ,:]+|$))+/.exec(title)?.[0].match(/[JBC]\d{2,3}/g) ?? []

/** @returns {Promise<readonly Section[]>} */
const readRules = async () =>
  JSON.parse(await readFile(join(root, 'scripts/conformance-rules.json'), 'utf8'))

/** @returns {Promise<readonly Test[]>} */
const readReport = async () => {
  const text = await readFile(reportPath, 'utf8').catch(() => {
    throw new Error('There is no test report; run `pnpm test` first.')
  })
  /** @type {{ testResults: { name: string, assertionResults: { title: string, ancestorTitles: string[], status: string }[] }[] }} */
  const report = JSON.parse(text)
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ title, ancestorTitles, status }) => ({
      file: relative(root, name),
      title: ancestorTitles.find((ancestor) => idsOf(ancestor).length > 0) ?? title,
      passed: status === 'passed',
    })),
  )
}

/** The row of one rule: met when it has tests and every one of them passed. */
const row = (/** @type {Rule} */ { id, level, rule }, /** @type {readonly Test[]} */ tests) => {
  const own = tests.filter(({ title }) => idsOf(title).includes(id))
  const files = [...new Set(own.map(({ file }) => file))].sort()
  const links = files.map((file) => `[${file}](../${file})`).join('<br>')
  const result = own.length > 0 && own.every(({ passed }) => passed) ? 'met' : 'open'
  return { result, line: `| ${id} | ${level} | ${rule} | ${links} | ${result} |` }
}

const preface = (/** @type {number} */ met, /** @type {number} */ all) =>
  `# Conformance

Every security rule of the project, the tests whose titles start with its id, and how they ended.
Generated from a test run by \`pnpm conformance\`; do not edit.

Level: M = a MUST of its source, S = a SHOULD, P = our own practice. A rule without a passing test is
**open**: not built yet, or not shown yet. ${met} of ${all} rules are met.
`

const write = async () => {
  const [sections, tests] = [await readRules(), await readReport()]
  const known = new Set(sections.flatMap(({ rules }) => rules.map(({ id }) => id)))
  const strays = tests.flatMap(({ title }) => idsOf(title)).filter((id) => !known.has(id))
  if (strays.length > 0) throw new Error(`Tests name unknown rules: ${[...new Set(strays)]}`)
  const tables = sections.map(({ section, rules }) => {
    const rows = rules.map((rule) => row(rule, tests))
    const head = '| id | level | rule | tests | result |\n|---|---|---|---|---|'
    return { rows, text: `## ${section}\n\n${head}\n${rows.map(({ line }) => line).join('\n')}\n` }
  })
  const rows = tables.flatMap((table) => table.rows)
  const met = rows.filter(({ result }) => result === 'met').length
  const parts = [preface(met, rows.length), ...tables.map(({ text }) => text)]
  await writeFile(documentPath, parts.join('\n'))
  console.log(`docs/conformance.md: ${met} of ${rows.length} rules met`)
}

/** Which test files name which rules, as far as the text of the tests shows. */
const namedInSources = async () => {
  const folders = ['packages', 'e2e', 'demo', 'lint', 'scripts'].map((name) => join(root, name))
  const paths = (
    await Promise.all(folders.map((folder) => filesBelow(folder, /\.test\.tsx?$/)))
  ).flat()
  /** @type {Set<string>} */
  const named = new Set()
  for (const path of paths) {
    const text = await readFile(path, 'utf8')
    for (const [, title = ''] of text.matchAll(/['"`]((?:[JBC]\d{2,3}[ ,:]+)+)/g)) {
      for (const id of idsOf(title)) named.add(`${id} ${relative(root, path)}`)
    }
  }
  return named
}

/** Rows of the document as `ID FILE`. */
const namedInDocument = async () => {
  const text = await readFile(documentPath, 'utf8').catch(() => '')
  const rows = [...text.matchAll(/^\| ([JBC]\d+) \|.*$/gm)]
  return new Set(
    rows.flatMap(([line, id]) =>
      [...line.matchAll(/\[([^\]]+)\]\(/g)].map(([, file]) => `${id} ${file}`),
    ),
  )
}

const check = async () => {
  const [sources, document] = [await namedInSources(), await namedInDocument()]
  const missing = [...sources].filter((entry) => !document.has(entry))
  const stale = [...document].filter((entry) => !sources.has(entry))
  if (missing.length + stale.length === 0) return
  throw new Error(
    [
      'docs/conformance.md is out of date; run `pnpm test`, then `pnpm conformance`.',
      ...missing.map((entry) => `  not in it: ${entry}`),
      ...stale.map((entry) => `  no longer there: ${entry}`),
    ].join('\n'),
  )
}

try {
  await (process.argv.includes('--check') ? check() : write())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
