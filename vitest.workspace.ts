import { defineConfig } from 'vitest/config'

/** Tests read the sources of our own packages, so no build is needed to run a unit test. */
const sources = {
  resolve: { conditions: ['@coatcheck/source', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: ['@coatcheck/source', 'node', 'import', 'module', 'default'] } },
}

const unit = (name: string, environment: 'node' | 'happy-dom' = 'node') => ({
  ...sources,
  test: {
    name,
    root: `./packages/${name}`,
    environment,
    include: ['src/**/*.test.ts'],
  },
})

export default defineConfig({
  test: {
    projects: [
      unit('wire'),
      unit('store'),
      unit('jwt'),
      unit('dev-idp'),
      unit('bff'),
      unit('client', 'happy-dom'),
      {
        // Journeys run against the built packages, one browser at a time.
        test: {
          name: 'e2e',
          root: './e2e',
          include: ['**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
