import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

/** Subpaths of the built client that run in an app; `testing` is for tests. */
const readSubpaths = async (): Promise<readonly string[]> => {
  const index = createRequire(import.meta.url).resolve('@coatcheck/client')
  const manifest = new URL('../package.json', `file://${index}`)
  const { exports } = JSON.parse(await readFile(manifest, 'utf8')) as { exports: object }
  return Object.keys(exports)
    .map((subpath) => subpath.slice(2))
    .filter((name) => name !== 'testing')
}

/** What an app ships that imports this subpath, frameworks aside, with its source map. */
const bundle = async (subpath: string) => {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: `export * from '${['@coatcheck/client', subpath].filter(Boolean).join('/')}'`,
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external: ['react', 'react-dom', 'vue', 'svelte', 'ky'],
    sourcemap: 'external',
    outdir: '/out',
    write: false,
    metafile: true,
  })
  const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint)
  return {
    text: outputFiles.map((file) => file.text).join('\n'),
    modules: Object.keys(output?.inputs ?? {}),
    imports: (output?.imports ?? []).map(({ path }) => path),
  }
}

/** Packages that a subpath may import, each only in its own. */
const peers: Readonly<Record<string, readonly string[]>> = {
  react: ['react'],
  vue: ['vue'],
  svelte: ['svelte/store'],
  ky: ['ky'],
}

const privateKey =
  /-----BEGIN|\\?["'](?:d|p|q|dp|dq|qi|k)\\?["']\s*:\s*\\?["'][\w-]{20,}|client_secret\\?["']?\s*[:=]\s*\\?["'`]\w/

test.each(await readSubpaths())(
  'C27 C29 the built subpath "%s" brings nothing of others and no secret',
  async (subpath) => {
    const { text, modules, imports } = await bundle(subpath)
    expect(modules.length).toBeGreaterThan(0)
    expect(modules.filter((path) => /node_modules|dist\/testing\//.test(path))).toEqual([])
    if (subpath !== 'devtools') {
      expect(modules.filter((path) => path.includes('dist/devtools/'))).toEqual([])
      expect(text.includes('coatcheck-devtools')).toBe(false)
    }
    expect(imports.filter((path) => !peers[subpath]?.includes(path))).toEqual([])
    expect(/mockServiceWorker|jwtVerify|createRemoteJWKSet/.exec(text)?.[0]).toBeUndefined()
    expect(privateKey.exec(text)?.[0]).toBeUndefined()
  },
)

test('C29 a secret in a bundle or in its source map would be found', () => {
  const key = { kty: 'EC', d: 'kQ8Wvd0pmF1zHvXkSxLJmNqGgqZ2c6Yx' }
  for (const text of [JSON.stringify(key), JSON.stringify({ sources: [JSON.stringify(key)] })]) {
    expect(privateKey.test(text)).toBe(true)
  }
  expect(privateKey.test('client_secret:"s3cret"')).toBe(true)
})
