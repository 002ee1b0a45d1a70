import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** An app's configuration: nothing but the setup file is about the fake session. */
const project = (environment: 'jsdom' | 'happy-dom') => ({
  test: {
    name: environment,
    environment,
    include: ['*.sample.ts'],
    setupFiles: ['./auth.setup.ts'],
  },
  resolve: { conditions: ['@coatcheck/source', 'import', 'module', 'default'] },
  ssr: { resolve: { conditions: ['@coatcheck/source', 'node', 'import', 'module', 'default'] } },
})

const config: ViteUserConfig = defineConfig({
  root: import.meta.dirname,
  test: { projects: [project('jsdom'), project('happy-dom')] },
})

export default config
