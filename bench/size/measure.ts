import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Installed beside this folder, as an app's own dependencies would be. */
const resolveDir = fileURLToPath(new URL('..', import.meta.url))

/** What an app brings itself. */
const frameworks = ['react', 'react/*', 'vue', 'svelte', 'svelte/*', 'ky', 'msw', 'msw/*']

/** Bytes of a production bundle of some imports, minified by esbuild and gzipped at level 9. */
export const measure = async (imports: readonly string[]): Promise<number> => {
  const { outputFiles } = await build({
    stdin: { contents: imports.join('\n'), resolveDir, loader: 'js' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    external: frameworks,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  const [bundle] = outputFiles
  if (bundle === undefined) throw new Error('The bundler wrote nothing.')
  return gzipSync(bundle.contents, { level: 9 }).length
}
