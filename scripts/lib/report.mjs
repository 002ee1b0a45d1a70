import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { idsOf } from './conformance.mjs'
import { root } from './run.mjs'

/** @import { Test } from './conformance.mjs' */

/**
 * @typedef {object} RunnerReport what vitest's JSON reporter writes, as far as we read it
 * @property {readonly { name: string, status: string, assertionResults: readonly RunnerTest[] }[]} testResults
 * @property {boolean} success
 */
/** @typedef {{ title: string, ancestorTitles: readonly string[], status: string }} RunnerTest */

/** Where `pnpm test` leaves its report. */
const reportPath = join(root, '.reports/tests.json')

/**
 * Reads the report of the last full test run.
 *
 * @param {string} [path]
 * @returns {Promise<{ tests: readonly Test[], passed: number, failed: number }>} a file that could
 *   not be run counts as one failed test, and so does a run that failed for any other reason
 */
export const readReport = async (path = reportPath) => {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new Error('There is no test report; run `pnpm test` first.')
  })
  /** @type {RunnerReport} */
  const { testResults, success } = JSON.parse(text)
  const results = testResults.flatMap((file) => file.assertionResults)
  const count = (/** @type {string} */ status) =>
    results.filter((result) => result.status === status).length
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const failed = count('failed') + brokenFiles.length
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ title, ancestorTitles, status }) => ({
      file: relative(root, name),
      title: ancestorTitles.find((ancestor) => idsOf(ancestor).length > 0) ?? title,
      passed: status === 'passed',
    })),
  )
  return { tests, passed: count('passed'), failed: failed === 0 && !success ? 1 : failed }
}
