import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { vi } from 'vitest'
import { openPage } from '../page.fixture.ts'

/** One version of React, with the binding and the core built over it. */
export interface ReactBuild {
  readonly React: typeof import('react')
  readonly client: typeof import('react-dom/client')
  readonly server: typeof import('react-dom/server')
  readonly dom: typeof import('react-dom')
  readonly binding: typeof import('./index.ts')
  readonly core: typeof import('../index.ts')
}

const require = createRequire(import.meta.url)

const aliases: Readonly<Record<18 | 19, Readonly<Record<string, string>>>> = {
  18: {
    react: dirname(require.resolve('react-18/package.json')),
    'react-dom': dirname(require.resolve('react-dom-18/package.json')),
  },
  19: {},
}

const entry = `
  export * as React from 'react'
  export * as client from 'react-dom/client'
  export * as server from 'react-dom/server'
  export * as dom from 'react-dom'
  export * as binding from './index.ts'
  export * as core from '../index.ts'
`

/**
 * Builds the binding with one version of React. A bundle, because a package manager installs React
 * DOM for one React only, and a bundler gives the other its own.
 */
export const buildReact = async (version: 18 | 19): Promise<ReactBuild> => {
  const folder = await mkdtemp(join(tmpdir(), 'react-'))
  const outfile = join(folder, `react-${version}.mjs`)
  await build({
    stdin: { contents: entry, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    outfile,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    conditions: ['@coatcheck/source'],
    alias: aliases[version],
    define: { 'process.env.NODE_ENV': '"development"' },
    // React DOM asks for Node's own modules the CommonJS way.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
  // React DOM looks for a document once, when it is loaded.
  openPage()
  vi.stubGlobal('navigator', { userAgent: '' })
  try {
    return (await import(pathToFileURL(outfile).href)) as ReactBuild
  } finally {
    vi.unstubAllGlobals()
    await rm(folder, { recursive: true })
  }
}
