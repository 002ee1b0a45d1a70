import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { filesBelow } from './packages.mjs'
import { root } from './run.mjs'

const isTest = (/** @type {string} */ path) => /\.(?:test|fixture)\.tsx?$|\/testing\//.test(path)

/** @param {readonly number[]} values @param {number} share from 0 to 1 */
const quantile = (values, share) =>
  [...values].sort((a, b) => a - b)[
    Math.min(values.length - 1, Math.floor(values.length * share))
  ] ?? 0

/** Lengths in lines of every function in a file that has a body of its own. */
const functionLengths = (/** @type {string} */ path, /** @type {string} */ text) => {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  /** @type {number[]} */
  const lengths = []
  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const { line: first } = file.getLineAndCharacterOfPosition(node.getStart())
      const { line: last } = file.getLineAndCharacterOfPosition(node.getEnd())
      lengths.push(last - first + 1)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return lengths
}

const lineCount = (/** @type {string} */ text) => text.trimEnd().split('\n').length

/** One line on the shape of the code; shown, not enforced. */
export const describeShape = async () => {
  const paths = await filesBelow(join(root, 'packages'), /\/src\/.*\.tsx?$/)
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') })),
  )
  const shipped = files.filter(({ path }) => !isTest(path))
  const tests = files.filter(({ path }) => isTest(path))
  const functions = shipped.flatMap(({ path, text }) => functionLengths(path, text))
  const lengths = shipped.map(({ text }) => lineCount(text))
  const total = (/** @type {typeof files} */ some) =>
    some.reduce((sum, { text }) => sum + lineCount(text), 0)
  return [
    `functions ${functions.length}: median ${quantile(functions, 0.5)} lines, p90 ${quantile(functions, 0.9)}, longest ${quantile(functions, 1)}`,
    `files ${lengths.length}: median ${quantile(lengths, 0.5)} lines, p90 ${quantile(lengths, 0.9)}, longest ${quantile(lengths, 1)}`,
    `tests: ${(total(tests) / Math.max(1, total(shipped))).toFixed(1)} lines for each line of code`,
  ].join('; ')
}
