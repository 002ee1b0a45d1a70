// @vitest-environment node
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('../', import.meta.url))

/** Every subpath but this one, by the files that are their entries. */
const entries = [
  'index.ts',
  ...readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => /^[^/]+\/index\.ts$/.test(file))
    .filter((file) => !file.startsWith('testing/')),
].sort()

/** What a browser would load for an app that imports the entry. */
const bundle = async (entry: string) => {
  const { metafile, outputFiles } = await build({
    entryPoints: [src + entry],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@coatcheck/source'],
    external: ['react', 'react/*', 'react-dom', 'vue', 'svelte', 'svelte/*'],
    sourcemap: 'external',
    outdir: '/out',
    write: false,
    metafile: true,
  })
  const text = outputFiles.map((file) => file.text).join('\n')
  return { inputs: Object.keys(metafile.inputs), text }
}

test.each(entries)(
  'C27 no byte of msw or of the fake session is in a bundle of %s',
  async (entry) => {
    const { inputs, text } = await bundle(entry)
    expect(inputs.filter((input) => /\/msw\/|@mswjs|src\/testing\//.test(input))).toEqual([])
    expect(/mockServiceWorker|FakeSession/.exec(text)?.[0]).toBeUndefined()
  },
)

test('C27 the entry for tests brings msw, so that the test above would see it', async () => {
  const { inputs } = await bundle('testing/index.ts')
  expect(inputs.some((input) => input.includes('/msw/'))).toBe(true)
  expect(inputs.some((input) => input.includes('src/testing/router.ts'))).toBe(true)
})

test('the entry for tests runs in a browser: nothing of it is for Node alone', async () => {
  const { inputs } = await bundle('testing/index.ts')
  expect(inputs.filter((input) => /^node:|msw\/lib\/node/.test(input))).toEqual([])
})

/** A client secret with a value, a PEM, a private member of a JWK; a mere option name is none. */
const secrets =
  /client_?secret['"]?\s*[:=]\s*['"`]|-----BEGIN|['"]?\bd['"]?\s*:\s*['"][\w-]{40}|\bprivateKey\b/i

test.each([
  "{ client_secret: 'x' }",
  'const clientSecret = "x"',
  '-----BEGIN PRIVATE KEY-----',
  `{ "kty": "EC", "d": "${'x'.repeat(43)}" }`,
])('C29 the search for secrets finds %s', (text) => {
  expect(secrets.test(text)).toBe(true)
})

test.each([...entries, 'testing/index.ts'])(
  'C29 no secret is in a bundle of %s or in its source map',
  async (entry) => {
    const { text } = await bundle(entry)
    // Not the whole text: a failure would print it.
    const found = secrets.exec(text)
    expect(found?.[0]).toBeUndefined()
  },
)
