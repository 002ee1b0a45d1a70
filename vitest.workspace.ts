import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { planForBrowser } from './e2e/find-browser.ts'

/** Tests read the sources of our own packages, so no build is needed to run a unit test. */
const sources = {
  resolve: { conditions: ['@coatcheck/source', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: ['@coatcheck/source', 'node', 'module', 'default'] } },
}

/** Real servers and processes of their own: slower, one file at a time, not among the unit tests. */
const realServers = '**/*.processes.test.ts'

/** Room for a busy machine: no test waits that long unless something is wrong. */
const patience = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Until then `expect.poll` asks again.
  expect: { poll: { timeout: 20_000 } },
}

const unit = (name: string, environment: 'node' | 'happy-dom' = 'node') => ({
  ...sources,
  test: {
    name,
    root: `./packages/${name}`,
    environment,
    include: ['src/**/*.test.ts'],
    exclude: [realServers],
    ...patience,
  },
})

/** Tests of the workspace's own tools; none of them needs a build or a browser. */
const tools = {
  ...sources,
  test: {
    name: 'tools',
    include: [
      'lint/*.test.ts',
      'scripts/**/*.test.ts',
      'bench/**/*.test.ts',
      'interop/**/*.test.ts',
      'e2e/find-browser.test.ts',
    ],
    ...patience,
  },
}

/** The demo's own logic; the page itself is driven by the journeys. */
const demo = {
  test: { name: 'demo', root: './demo', include: ['src/**/*.test.ts'], ...patience },
}

/** Journeys run against the built packages, one browser at a time. */
const journeys = {
  test: {
    name: 'e2e',
    root: './e2e',
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'find-browser.test.ts', 'processes/**'],
    fileParallelism: false,
    sequence: { groupOrder: 2 },
    ...patience,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
}

/** Several BFFs over one store, and stores that are killed and cut off; they run the sources. */
const processes = {
  ...sources,
  test: {
    name: 'processes',
    include: ['e2e/processes/**/*.test.ts', `packages/*/src/${realServers}`],
    fileParallelism: false,
    sequence: { groupOrder: 1 },
    ...patience,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
}

const plan = planForBrowser([journeys.test.name])
if (plan.kind === 'fail') throw new Error(plan.line)
if (plan.kind === 'skip') console.warn(plan.line)

export default defineConfig({
  test: {
    // The default leaves a core free, which on a machine with two is half of it.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      unit('wire'),
      unit('store'),
      unit('jwt'),
      unit('dev-idp'),
      unit('bff'),
      unit('client', 'happy-dom'),
      demo,
      tools,
      processes,
      ...(plan.kind === 'run' ? [journeys] : []),
    ],
  },
})
