import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))

interface Probe {
  /** Where the code would stand. */
  readonly file: string
  readonly code: string
  /** Further files beside it, by path. */
  readonly beside?: Readonly<Record<string, string>>
}

const importOf = (file: string, source: string): Probe => ({
  file,
  code: `export { x } from '${source}'\n`,
})

const reading = (file: string, expression: string): Probe => ({
  file,
  code: `export const x = (): unknown => ${expression}\n`,
})

const refused: Readonly<Record<string, readonly Probe[]>> = {
  'direction between packages': [
    importOf('packages/wire/src/a.ts', '@coatcheck/store'),
    importOf('packages/store/src/a.ts', '@coatcheck/wire'),
    importOf('packages/store/src/a.test.ts', '@coatcheck/dev-idp'),
    importOf('packages/dev-idp/src/a.ts', '@coatcheck/jwt'),
    importOf('packages/jwt/src/a.ts', '@coatcheck/bff'),
    importOf('packages/jwt/src/a.ts', '@coatcheck/wire'),
    importOf('packages/jwt/src/a.ts', '@coatcheck/dev-idp'),
    importOf('packages/jwt/src/keys/a.ts', '@coatcheck/client'),
    importOf('packages/bff/src/a.ts', '@coatcheck/client'),
    importOf('packages/bff/src/a.ts', '@coatcheck/dev-idp'),
    importOf('packages/bff/src/a.ts', '@coatcheck/dev-idp/testing'),
    importOf('packages/bff/src/a.test.ts', '@coatcheck/dev-idp/dist/testing/index.js'),
    importOf('packages/bff/src/a.test.ts', '@coatcheck/client'),
    importOf('packages/client/src/a.ts', '@coatcheck/bff'),
    importOf('packages/client/src/a.ts', '@coatcheck/jwt'),
    importOf('packages/client/src/a.ts', '@coatcheck/store/testing'),
    importOf('packages/client/src/testing/a.ts', '@coatcheck/jwt'),
    importOf('packages/client/src/testing/a.ts', '@coatcheck/wire/testing'),
    importOf('packages/client/src/a.test.ts', '@coatcheck/bff'),
    importOf('packages/client/src/react/a.ts', '@coatcheck/bff'),
    { file: 'packages/client/src/a.ts', code: "export type X = import('@coatcheck/jwt').X\n" },
    { file: 'packages/client/src/a.ts', code: "export const x = import('@coatcheck/jwt')\n" },
    { file: 'packages/client/src/a.ts', code: "import '@coatcheck/jwt'\n" },
    { file: 'packages/client/src/a.ts', code: "export type * from '@coatcheck/jwt'\n" },
  ],
  'ways around the published surface': [
    importOf('packages/jwt/src/a.ts', '../../bff/src/index.ts'),
    importOf('packages/jwt/src/keys/a.ts', '../../../store/src/index.ts'),
    importOf('packages/jwt/src/a.ts', '@coatcheck/store/dist/index.js'),
    importOf('demo/server/a.ts', '../../packages/bff/src/index.ts'),
    importOf('demo/server/a.ts', '@coatcheck/wire'),
    importOf('e2e/a.test.ts', '@coatcheck/client/src/index.ts'),
    importOf('packages/bff/src/a.ts', './testing/harness.ts'),
    importOf('packages/bff/src/flows/a.ts', '../app.fixture.ts'),
  ],
  'optional peers of the client': [
    importOf('packages/client/src/a.ts', 'react'),
    importOf('packages/client/src/a.ts', 'react/jsx-runtime'),
    importOf('packages/client/src/vue/a.ts', 'react'),
    importOf('packages/client/src/a.ts', 'vue'),
    importOf('packages/client/src/a.ts', 'svelte/store'),
    importOf('packages/client/src/a.ts', 'ky'),
    importOf('packages/client/src/a.ts', 'oidc-client-ts'),
    importOf('packages/client/src/a.ts', 'msw'),
    importOf('packages/client/src/react/a.ts', 'msw/browser'),
    importOf('packages/client/src/vue/a.ts', 'vue-router'),
    importOf('packages/client/src/guard/a.ts', '@tanstack/react-router'),
    importOf('packages/client/src/ky/a.ts', 'axios'),
  ],
  'reading the clock': [
    reading('packages/jwt/src/a.ts', 'Date.now()'),
    reading('packages/jwt/src/a.ts', 'globalThis.Date.now()'),
    reading('packages/jwt/src/a.ts', 'new Date()'),
    reading('packages/jwt/src/a.ts', 'Date()'),
    reading('packages/client/src/a.ts', 'performance.now()'),
    reading('packages/client/src/a.ts', 'window.performance.now()'),
    reading('packages/bff/src/a.ts', 'process.hrtime.bigint()'),
    reading('packages/bff/src/a.ts', 'Math.random()'),
    { file: 'packages/bff/src/a.ts', code: 'const late = Date.now\nexport const x = late\n' },
  ],
  'import cycles': [
    {
      file: 'packages/jwt/src/a.ts',
      code: "import { b } from './b.ts'\nexport const a = (): unknown => b\n",
      beside: {
        'packages/jwt/src/b.ts': "import { a } from './a.ts'\nexport const b = (): unknown => a\n",
      },
    },
    {
      file: 'packages/jwt/src/a.ts',
      code: "import type { B } from './b.ts'\nexport type A = B | 1\n",
      beside: {
        'packages/jwt/src/b.ts': "import type { A } from './a.ts'\nexport type B = A[]\n",
      },
    },
  ],
  shape: [
    { file: 'packages/jwt/src/a.ts', code: 'export default 1\n' },
    { file: 'packages/jwt/src/a.ts', code: 'export const x = (y: any): unknown => y\n' },
    { file: 'packages/jwt/src/camelCase.ts', code: 'export const x = 1\n' },
    {
      file: 'packages/jwt/src/a.ts',
      code: `export const x = (): void => {\n${'  console.log()\n'.repeat(81)}}\n`,
    },
    {
      file: 'packages/jwt/src/a.ts',
      code: `export const x = (y: number): void => {\n${'if (y > 0) {\n'.repeat(6)}${'}\n'.repeat(6)}}\n`,
    },
  ],
}

const accepted: readonly Probe[] = [
  importOf('packages/jwt/src/a.ts', '@coatcheck/store'),
  importOf('packages/jwt/src/a.test.ts', '@coatcheck/store/testing'),
  importOf('packages/jwt/src/a.test.ts', '@coatcheck/dev-idp'),
  importOf('packages/bff/src/a.ts', '@coatcheck/jwt'),
  importOf('packages/bff/src/a.ts', '@coatcheck/store'),
  importOf('packages/bff/src/a.ts', '@coatcheck/wire'),
  importOf('packages/bff/src/a.test.ts', '@coatcheck/dev-idp'),
  importOf('packages/bff/src/a.test.ts', '@coatcheck/dev-idp/testing'),
  importOf('packages/bff/src/testing/a.ts', '@coatcheck/dev-idp/testing'),
  importOf('packages/bff/src/testing/a.ts', '@coatcheck/dev-idp'),
  importOf('packages/bff/src/flows/a.test.ts', '../testing/harness.ts'),
  importOf('packages/client/src/a.ts', '@coatcheck/wire'),
  importOf('packages/client/src/a.test.ts', 'msw/node'),
  importOf('packages/client/src/a.test.ts', '@coatcheck/jwt'),
  importOf('packages/client/src/a.test.ts', '@coatcheck/wire/testing'),
  importOf('packages/client/src/react/a.ts', 'react'),
  importOf('packages/client/src/oidc-client-ts/a.ts', 'oidc-client-ts'),
  importOf('packages/client/src/testing/a.ts', 'msw'),
  importOf('demo/server/a.ts', '@coatcheck/bff'),
  importOf('demo/src/a.ts', '../shared/b.ts'),
  importOf('packages/store/src/testing/a.ts', '../defaults.ts'),
  reading('packages/jwt/src/a.test.ts', 'Date.now()'),
  reading('packages/client/src/defaults.ts', 'performance.now()'),
  reading('packages/jwt/src/a.ts', 'new Date(0)'),
  reading('e2e/a.ts', 'Date.now()'),
  {
    file: 'packages/jwt/src/a.ts',
    code: 'export const x = ({ now = Date.now }: { now?: () => number }): number => now()\n',
  },
  {
    file: 'packages/jwt/src/a.ts',
    code: 'export const x = (o: { now?: () => number }): number => (o.now ?? Date.now)()\n',
  },
]

/** Runs Biome with our configuration over files that hold the probes; resolves to those refused. */
const lint = async (probes: readonly Probe[]): Promise<ReadonlySet<Probe>> => {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-lint-'))
  try {
    await cp(join(root, 'lint'), join(folder, 'lint'), { recursive: true })
    const configuration = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8'))
    const alone = { ...configuration, $schema: undefined, vcs: undefined, root: true }
    await writeFile(join(folder, 'biome.json'), JSON.stringify(alone))
    for (const [index, { file, code, beside }] of probes.entries()) {
      for (const [name, text] of Object.entries({ ...beside, [file]: code })) {
        // Each probe stands in a tree of its own, so that none hides another.
        const path = join(folder, `tree-${index}`, name)
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, text)
      }
    }
    const output = await new Promise<string>((resolve) => {
      const parameters = ['lint', '--max-diagnostics=none', '--reporter=github', '.']
      const options = { cwd: folder, maxBuffer: 2 ** 26 }
      execFile(join(root, 'node_modules/.bin/biome'), parameters, options, (_, stdout) =>
        resolve(stdout),
      )
    })
    const lines = output.split('\n').filter((line) => line.startsWith('::error'))
    const isNamed = (index: number) => lines.some((line) => line.includes(`tree-${index}/`))
    return new Set(probes.filter((_, index) => isNamed(index)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const verdicts = await lint([...Object.values(refused).flat(), ...accepted])

const titled = (probes: readonly Probe[]) =>
  probes.map((probe) => [`${probe.code.trim().slice(0, 60)} in ${probe.file}`, probe] as const)

for (const [family, probes] of Object.entries(refused)) {
  test.each(titled(probes))(`lint refuses, ${family}: %s`, (_, probe) => {
    expect(verdicts.has(probe)).toBe(true)
  })
}

test.each(titled(accepted))('lint accepts: %s', (_, probe) => {
  expect(verdicts.has(probe)).toBe(false)
})
