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

/**
 * @typedef {object} Home
 * @property {string} folder where snippets pretend to lie: a package that has what they import
 * @property {RegExp} pages the pages whose snippets live there
 * @property {string} names what a page may leave to its reader, because a name and its type say all
 */

/** @type {readonly Home[]} the first that has the page */
const homes = [
  {
    folder: 'packages/client',
    pages: /^(?:docs\/client|docs\/migrate|packages\/client)\//,
    names: `
declare const auth: import('@coatcheck/client').AuthClient
interface ImportMeta {
  readonly env: { readonly DEV: boolean }
}
declare module 'vite' {
  const defineConfig: (options: {
    readonly resolve: { readonly alias: Readonly<Record<string, string>> }
  }) => unknown
}
declare type AppRouter = import('@trpc/server').AnyTRPCRouter
declare module '*.vue' {
  const component: import('vue').Component
  export default component
}
declare module '*/auth.ts' {
  export const auth: import('@coatcheck/client').AuthClient
}
declare module '$lib/auth' {
  export const needsUser: () => Promise<unknown>
}
declare module '*/auth.setup.ts' {
  export const session: import('@coatcheck/client/testing').FakeSession
}
declare module '*/orders-api' {
  export interface paths {}
}
`,
  },
  {
    folder: 'demo',
    pages: /^(?:README\.md|docs\/(?:deploy|reference)\/|packages\/(?:bff|dev-idp|store)\/)/,
    names: `
declare const app: import('koa')
declare const publicUrl: string
declare const provider: import('@coatcheck/bff').ProviderOptions
declare const resources: import('@coatcheck/bff').BffOptions['resources']
declare const store: import('@coatcheck/store').Store
declare const sealingKeys: readonly string[]
declare const client: import('@coatcheck/store/redis').RedisClient
declare const createMyStore: (options: { readonly now: () => number }) => typeof store
declare const idp: import('@coatcheck/dev-idp').DevIdp
declare const authorizationUrl: string
declare const anotherUrl: string
`,
  },
  {
    folder: 'interop',
    pages: /./,
    names: `
declare const createVerifier: typeof import('@coatcheck/jwt').createVerifier
declare const authenticate: typeof import('@coatcheck/jwt').authenticate
declare const createRemoteKeySet: typeof import('@coatcheck/jwt').createRemoteKeySet
declare const issuer: string
declare const audience: string
declare const tenantId: string
declare const token: string
declare const text: string
declare const response: Response
declare const error: import('@coatcheck/jwt').JwtError
declare const store: import('@coatcheck/store').Store
declare const verifier: import('@coatcheck/jwt').Verifier
declare const keyRing: import('@coatcheck/jwt').KeyRing
`,
  },
]

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

/** @param {string} folder @returns {ts.CompilerOptions} */
const readOptions = (folder) => {
  const { config } = ts.readConfigFile(join(root, 'interop/tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, folder)
  return {
    ...options,
    jsx: ts.JsxEmit.ReactJSX,
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

/** @param {Home} home @param {readonly Snippet[]} snippets @returns {readonly string[]} */
const checkAtHome = ({ folder: path, names }, snippets) => {
  const folder = join(root, path)
  const namesPath = join(folder, 'snippet-names.ts')
  const files = new Map([[namesPath, names]])
  const paths = snippets.map(({ text, language }, index) => {
    const name = join(folder, `snippet-${index}.${language}`)
    files.set(name, `${text}\nexport {}\n`)
    return name
  })
  const options = readOptions(folder)
  const program = ts.createProgram([...files.keys()], options, createHost(options, files))
  return [namesPath, ...paths].flatMap((file, position) => {
    const source = program.getSourceFile(file)
    const name = snippets[position - 1]?.name ?? `names of ${path}`
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

/**
 * Type-checks snippets against the sources, each as a module of its own.
 *
 * @param {readonly Snippet[]} snippets
 * @returns {readonly string[]} every complaint, with the page and the line
 */
export const checkSnippets = (snippets) => {
  const homeOf = (/** @type {Snippet} */ { name }) => homes.find(({ pages }) => pages.test(name))
  return homes.flatMap((home) => {
    const own = snippets.filter((snippet) => homeOf(snippet) === home)
    return own.length === 0 ? [] : checkAtHome(home, own)
  })
}
