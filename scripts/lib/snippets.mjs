// Finds the code blocks of Markdown pages, and type-checks those in TypeScript.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from './run.mjs'

/**
 * @typedef {object} Snippet
 * @property {string} name page and line
 * @property {string} language
 * @property {string} text
 */

/** Where snippets pretend to lie: a package that has every library they import. */
const home = join(root, 'interop')

/** What a page may leave to its reader, because a name and its type say all. */
const names = `
import type { KeyRing, Verifier } from '@coatcheck/jwt'
import type { Store } from '@coatcheck/store'
declare global {
  const createVerifier: typeof import('@coatcheck/jwt').createVerifier
  const authenticate: typeof import('@coatcheck/jwt').authenticate
  const createRemoteKeySet: typeof import('@coatcheck/jwt').createRemoteKeySet
  const issuer: string
  const audience: string
  const tenantId: string
  const token: string
  const text: string
  const response: Response
  const error: import('@coatcheck/jwt').JwtError
  const store: Store
  const verifier: Verifier
  const keyRing: KeyRing
}
`

/** @param {string} page @param {string} text @returns {readonly Snippet[]} every fenced block */
export const findSnippets = (page, text) =>
  [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
    ({ 1: language = '', 2: code = '', index }) => ({
      name: `${page}:${text.slice(0, index).split('\n').length + 1}`,
      language,
      text: code,
    }),
  )

/** @param {string} page path from the root @returns {Promise<readonly Snippet[]>} */
export const readSnippets = async (page) =>
  findSnippets(page, await readFile(join(root, page), 'utf8'))

const readOptions = () => {
  const { config } = ts.readConfigFile(join(home, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, home)
  return {
    ...options,
    // A snippet shows; what it leaves unused, its reader uses.
    noUnusedLocals: false,
    noUnusedParameters: false,
    isolatedDeclarations: false,
    declaration: false,
    incremental: false,
  }
}

/** @param {ts.CompilerOptions} options @param {ReadonlyMap<string, string>} files */
const createHost = (options, files) => {
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile: read, getSourceFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? read(path)
  host.getSourceFile = (path, target, ...rest) => {
    const text = files.get(path)
    return text === undefined
      ? getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, text, target)
  }
  return host
}

/**
 * Type-checks snippets against the sources, each as a module of its own.
 *
 * @param {readonly Snippet[]} snippets
 * @returns {readonly string[]} every complaint, with the page and the line
 */
export const checkSnippets = (snippets) => {
  const pathOf = (/** @type {number} */ index) => join(home, `snippet-${index}.ts`)
  const files = new Map(snippets.map(({ text }, index) => [pathOf(index), `${text}\nexport {}\n`]))
  const namesPath = join(home, 'snippet-names.d.ts')
  files.set(namesPath, names)
  const options = readOptions()
  const program = ts.createProgram([...files.keys()], options, createHost(options, files))
  return [namesPath, ...snippets.map((_, index) => pathOf(index))].flatMap((path, position) => {
    const source = program.getSourceFile(path)
    const name = snippets[position - 1]?.name ?? 'names'
    const found = [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ]
    return found.map(({ messageText, start = 0 }) => {
      const line = source?.getLineAndCharacterOfPosition(start).line ?? 0
      return `${name} +${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
}
