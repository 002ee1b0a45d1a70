import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { readManifest } from './packages.mjs'
import { root } from './run.mjs'

/**
 * Words that have no place in a browser SDK that keeps its token in memory and leaves the protocol
 * to the BFF.
 *
 * @type {readonly (readonly [word: string, pattern: RegExp])[]}
 */
const forbidden = [
  ['localStorage', /\blocalStorage\b/],
  ['sessionStorage', /\bsessionStorage\b/],
  ['indexedDB', /\bindexedDB\b/],
  ['Cache storage', /\bcaches\b/],
  ['document.cookie', /\.cookie\b|\bcookieStore\b/],
  ['eval', /\beval\b|\bFunction\(/],
  ['innerHTML', /\b(?:inner|outer)HTML\b|\binsertAdjacentHTML\b|\bdocument\.write/],
  ['navigator.locks', /\.locks\b/],
  ['client_secret', /\bclient_secret\b/],
  ['client_assertion', /\bclient_assertion\b/],
  ['code_verifier', /\bcode_(?:verifier|challenge)\b/],
  ['grant_type', /\bgrant_type\b/],
  ['refresh_token', /\brefresh_token\b/],
  ['id_token', /\bid_token\b/],
  ['private keys', /\bPRIVATE KEY\b|["']?\b(?:dp|dq|qi)\b["']?\s*:/],
  ['msw', /\bmsw\b/],
  ['jose', /\bjose\b/],
  ['frameworks', /\b(?:react|vue|svelte|oidc-client-ts|ky)\b/],
]

/** What one entry of the client turns into in an app: bundled, minified, without comments. */
const bundle = async (/** @type {string} */ entry) => {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
    // An import of anything is shown as such, not as a failure to find it.
    packages: 'external',
  })
  const imports = Object.values(result.metafile.outputs).flatMap((output) => output.imports)
  return { text: result.outputFiles[0]?.text ?? '', imports: imports.map(({ path }) => path) }
}

/**
 * Checks the built core of the client: no forbidden word, no import of anything.
 *
 * @param {string} [folder] the client's folder
 */
export const checkBundle = async (folder = join(root, 'packages/client')) => {
  const { text, imports } = await bundle(join(folder, 'dist/index.js'))
  const types = await readFile(join(folder, 'dist/index.d.ts'), 'utf8')
  const { dependencies = {} } = await readManifest(join(folder, 'package.json'))
  const faults = [
    ...forbidden
      .map(([word, pattern]) => ({ word, found: pattern.exec(text) }))
      .filter(({ found }) => found !== null)
      .map(({ word, found }) => `${word} in …${around(text, found?.index ?? 0)}…`),
    ...imports.map((path) => `an import of ${path}`),
    ...Object.keys(dependencies).map((name) => `a dependency on ${name}`),
    ...(types.includes('@coatcheck/wire') ? ['types that name @coatcheck/wire'] : []),
    ...(text.length === 0 ? ['nothing in it'] : []),
  ]
  if (faults.length === 0) return
  throw new Error(`The client's core has\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
}

const around = (/** @type {string} */ text, /** @type {number} */ index) =>
  text.slice(Math.max(0, index - 30), index + 40)
