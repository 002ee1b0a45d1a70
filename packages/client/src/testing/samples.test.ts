// @vitest-environment node
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Runs a runner of its own, which must not take itself for a part of this one. */
const runNode = async (...options: readonly string[]): Promise<string> => {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITEST|NODE_ENV|NODE_OPTIONS|TEST$|NODE_TEST)/.test(name),
  )
  const settings = { cwd: here('../..'), env: Object.fromEntries(own), timeout: 60_000 }
  const { stdout, stderr } = await run(process.execPath, options, settings).catch(
    (failure: { readonly stdout: string; readonly stderr: string }) => failure,
  )
  return stdout + stderr
}

test('an app with one client for all runs under vitest with jsdom and with happy-dom', async () => {
  const vitest = here('../../../../node_modules/vitest/vitest.mjs')
  const output = await runNode(vitest, 'run', '--config', here('./samples/vitest.config.ts'))
  expect(output).toMatch(/Tests .*6 passed.*\(6\)/)
}, 60_000)

test('the same app runs under node:test', async () => {
  const options = ['--conditions=@coatcheck/source', '--import', 'tsx', '--test']
  const output = await runNode(...options, here('./samples/app.node-test.ts'))
  expect(output).toMatch(/# pass [1-9]/)
  expect(output).toMatch(/# fail 0/)
}, 60_000)
