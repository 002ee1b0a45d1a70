/** @typedef {{ readonly id: string, readonly level: string, readonly rule: string }} Rule */
/** @typedef {{ readonly section: string, readonly rules: readonly Rule[] }} Section */
/** @typedef {{ readonly file: string, readonly title: string, readonly passed: boolean }} Test */

/**
 * Rule ids at the start of a test's title; several may be named: `B40 B41 every cookie …`.
 *
 * @param {string} title
 * @returns {readonly string[]}
 */
export const idsOf = (title) =>
  /^(?:[JBC]\d{2,3}(?:[ ,:]+|$))+/.exec(title)?.[0].match(/[JBC]\d{2,3}/g) ?? []

/**
 * Ids named by test titles in a test file's text.
 *
 * @param {string} text
 * @returns {readonly string[]}
 */
export const idsInSource = (text) => {
  const titles = text.matchAll(/['"`]((?:[JBC]\d{2,3}[ ,:]+)+)/g)
  return [...new Set([...titles].flatMap(([, title = '']) => idsOf(title)))]
}

/**
 * Rows of the document as pairs of id and test file.
 *
 * @param {string} document
 * @returns {readonly (readonly [id: string, file: string])[]}
 */
export const rowsOf = (document) =>
  [...document.matchAll(/^\| ([JBC]\d+) \|.*$/gm)].flatMap(([line, id = '']) =>
    [...line.matchAll(/\[([^\]]+)\]\(/g)].map(([, file = '']) => /** @type {const} */ ([id, file])),
  )

/**
 * One rule with its tests: met when there are some and every one of them passed.
 *
 * @param {Rule} rule
 * @param {readonly Test[]} tests
 */
const judge = ({ id, level, rule }, tests) => {
  const own = tests.filter(({ title }) => idsOf(title).includes(id))
  const files = [...new Set(own.map(({ file }) => file))].sort()
  const links = files.map((file) => `[${file}](../${file})`).join('<br>')
  const isMet = own.length > 0 && own.every(({ passed }) => passed)
  return { isMet, line: `| ${id} | ${level} | ${rule} | ${links} | ${isMet ? 'met' : 'open'} |` }
}

/**
 * The document: every rule with its tests and their result, whether there are any or not.
 *
 * @param {readonly Section[]} sections
 * @param {readonly Test[]} tests
 * @returns {string}
 * @throws when a test names a rule that is not listed
 */
export const renderConformance = (sections, tests) => {
  const known = new Set(sections.flatMap(({ rules }) => rules.map(({ id }) => id)))
  const strays = tests.flatMap(({ title }) => idsOf(title)).filter((id) => !known.has(id))
  if (strays.length > 0) throw new Error(`Tests name unknown rules: ${[...new Set(strays)]}`)
  const tables = sections.map(({ section, rules }) => {
    const rows = rules.map((rule) => judge(rule, tests))
    const lines = rows.map(({ line }) => line).join('\n')
    const head = '| id | level | rule | tests | result |\n|---|---|---|---|---|'
    return { rows, text: `## ${section}\n\n${head}\n${lines}\n` }
  })
  const rows = tables.flatMap((table) => table.rows)
  const met = rows.filter(({ isMet }) => isMet).length
  return [preface(met, rows.length), ...tables.map(({ text }) => text)].join('\n')
}

/** @param {number} met @param {number} all */
const preface = (met, all) => `# Conformance

Every security rule of the project, the tests whose titles start with its id, and how they ended.
Generated from a test run by \`pnpm conformance\`; do not edit.

Level: M = a MUST of its source, S = a SHOULD, P = our own practice. A rule without passing tests is
**open**: not built yet, or not shown yet. ${met} of ${all} rules are met.
`
