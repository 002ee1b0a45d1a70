// Every gate but the tests, one after the other: `pnpm check`, or `pnpm check NAME …` for some.
import { checkBundle } from './lib/bundle.mjs'
import { checkSizes } from './lib/client-sizes.mjs'
import { describeShape } from './lib/medians.mjs'
import { checkPackages } from './lib/pack.mjs'
import { run, runBin, runPnpm } from './lib/run.mjs'

/**
 * @typedef {object} Gate
 * @property {string} name
 * @property {() => Promise<unknown>} check rejects with what is wrong; a text it resolves to is shown
 */

const lint = async () => {
  const output = await runBin('biome', [
    'check',
    '--error-on-warnings',
    '--max-diagnostics=100',
    '.',
  ])
  // Biome ends well in spite of remarks; we do not.
  if (/Found \d+ (?:info|warning)|deprecat/i.test(output)) throw new Error(output)
}

/** @type {readonly Gate[]} */
const gates = [
  { name: 'lint', check: lint },
  { name: 'build', check: () => runPnpm(['run', 'build']) },
  { name: 'types', check: () => runPnpm(['run', 'types']) },
  { name: 'packages', check: () => checkPackages() },
  { name: 'unused', check: () => runBin('knip', ['--no-progress']) },
  { name: 'sizes', check: () => checkSizes() },
  { name: 'bundle', check: () => checkBundle() },
  { name: 'conformance', check: () => run('node', ['scripts/conformance.mjs', '--check']) },
  { name: 'api', check: () => run('node', ['scripts/api.mjs']) },
  { name: 'shape', check: describeShape },
]

/** Gates whose output is worth a line when all is well. */
const talkative = new Set(['sizes', 'shape'])

/** @param {Gate} gate @returns {Promise<boolean>} whether the gate is passed */
const pass = async ({ name, check }) => {
  const startedAt = performance.now()
  const duration = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
  try {
    const result = await check()
    const remark = talkative.has(name) ? `  ${String(result)}` : ''
    console.log(`ok    ${name.padEnd(12)} ${duration().padStart(7)}${remark}`)
    return true
  } catch (error) {
    console.log(`FAIL  ${name.padEnd(12)} ${duration().padStart(7)}`)
    console.log(`${error instanceof Error ? error.message : error}\n`)
    return false
  }
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !gates.some((gate) => gate.name === name))
if (unknown.length > 0) {
  console.log(
    `No gate ${unknown.join(', ')}; there are ${gates.map(({ name }) => name).join(', ')}.`,
  )
  process.exit(2)
}

let failed = 0
for (const gate of gates) {
  if (wanted.length > 0 && !wanted.includes(gate.name)) continue
  if (!(await pass(gate))) failed += 1
}
console.log(failed === 0 ? 'All gates passed.' : `${failed} gate(s) failed.`)
process.exitCode = failed === 0 ? 0 : 1
