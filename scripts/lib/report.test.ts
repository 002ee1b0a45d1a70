import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readReport } from './report.mjs'

const read = async (report: object) => {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-report-'))
  try {
    await writeFile(join(folder, 'tests.json'), JSON.stringify(report))
    return await readReport(join(folder, 'tests.json'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const result = (status: string, title = 'a') => ({ title, ancestorTitles: [], status })

const file = (status: string, ...assertionResults: readonly object[]) => ({
  name: '/a.test.ts',
  status,
  assertionResults,
})

test('passed and failed tests are counted', async () => {
  const testResults = [
    file('failed', result('passed'), result('failed')),
    file('passed', result('passed')),
  ]
  expect(await read({ success: false, testResults })).toMatchObject({ passed: 2, failed: 1 })
})

test('a file that could not be run counts as a failure', async () => {
  const testResults = [file('passed', result('passed')), file('failed')]
  expect(await read({ success: false, testResults })).toMatchObject({ passed: 1, failed: 1 })
})

test('a run that failed without a failed test is a failure', async () => {
  const testResults = [file('passed', result('passed'))]
  expect(await read({ success: false, testResults })).toMatchObject({ passed: 1, failed: 1 })
})

test('a skipped test does not pass', async () => {
  const { tests, passed } = await read({
    success: true,
    testResults: [file('passed', result('skipped'))],
  })
  expect(passed).toBe(0)
  expect(tests).toMatchObject([{ passed: false }])
})

test('without a report the remedy is named', async () => {
  await expect(readReport('/nowhere/tests.json')).rejects.toThrow('pnpm test')
})
