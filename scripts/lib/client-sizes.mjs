import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './run.mjs'

/**
 * @typedef {object} Budgets
 * @property {{ readonly names: string, readonly atMost: number }} core
 * @property {Readonly<Record<string, { readonly names: string, readonly atMost: number }>>} additions
 * what each subpath may add to the core, in bytes
 */

/** @typedef {{ readonly name: string, readonly bytes: number, readonly atMost: number }} Size */

/** What an app brings itself. */
const frameworks = ['react', 'react/*', 'vue', 'svelte', 'svelte/*', 'ky', 'msw', 'msw/*']

/** @returns {Promise<Budgets>} */
const readBudgets = async () =>
  JSON.parse(await readFile(join(root, 'scripts/size-budgets.json'), 'utf8'))

/**
 * Bytes of the first download of a production bundle of some imports: what is loaded later by
 * `import()` is not in it. Minified by esbuild, gzipped at level 9.
 *
 * @param {readonly string[]} imports
 * @param {string} [resolveDir] where the packages are installed
 * @returns {Promise<number>}
 */
export const measureImports = async (imports, resolveDir = join(root, 'packages/client')) => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: imports.join('\n'), resolveDir, loader: 'js' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    outdir: '/',
    absWorkingDir: '/',
    write: false,
    metafile: true,
    external: frameworks,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  const [entry] = Object.entries(metafile.outputs).filter(
    ([, { entryPoint }]) => entryPoint === '<stdin>',
  )
  const first = new Set(entry ? [entry[0]] : [])
  for (const path of first) {
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && metafile.outputs[next]) first.add(next)
    }
  }
  const texts = outputFiles.filter(({ path }) => first.has(path.slice(1)))
  if (texts.length === 0) throw new Error('The bundler wrote nothing.')
  return gzipSync(texts.map(({ text }) => text).join(''), { level: 9 }).length
}

/**
 * The core of the client, and what each subpath adds to it.
 *
 * @param {string} [resolveDir]
 * @returns {Promise<readonly Size[]>}
 */
export const measureClient = async (resolveDir) => {
  const { core, additions } = await readBudgets()
  const own = `export { ${core.names} } from '@coatcheck/client'`
  const coreBytes = await measureImports([own], resolveDir)
  /** @type {Size[]} */
  const sizes = [{ name: 'core', bytes: coreBytes, atMost: core.atMost }]
  for (const [name, { names, atMost }] of Object.entries(additions)) {
    const addition = `export { ${names} } from '@coatcheck/client/${name}'`
    const bytes = (await measureImports([own, addition], resolveDir)) - coreBytes
    sizes.push({ name: `+ ${name}`, bytes, atMost })
  }
  return sizes
}

/**
 * Checks the built client.
 *
 * @returns {Promise<string>} the sizes, as a line
 */
export const checkSizes = async () => {
  const sizes = await measureClient()
  const lines = sizes.map(({ name, bytes, atMost }) => `${name} ${bytes} of ${atMost} B gzip`)
  if (sizes.some(({ bytes, atMost }) => bytes > atMost)) throw new Error(lines.join('\n'))
  return lines.join(', ')
}
