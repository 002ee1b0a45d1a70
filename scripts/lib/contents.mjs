import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { filesBelow, readManifest } from './packages.mjs'

/** @import { Manifest } from './packages.mjs' */

/** Name of the package an import names: `a/b` is of `a`, `@a/b/c` of `@a/b`. */
const packageOf = (/** @type {string} */ source) =>
  source
    .split('/')
    .slice(0, source.startsWith('@') ? 2 : 1)
    .join('/')

/**
 * Packages a file imports, the platform's own modules left out.
 *
 * @param {string} text
 * @returns {readonly string[]}
 */
const importedPackages = (text) =>
  ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((source) => !source.startsWith('.') && !source.startsWith('node:'))
    .map(packageOf)
    .filter((name) => !builtinModules.includes(name))

/**
 * Whether declarations use the type `any`.
 *
 * @param {string} text
 * @returns {boolean}
 */
const usesAny = (text) => {
  /** @param {ts.Node} node @returns {boolean} */
  const isAny = (node) =>
    node.kind === ts.SyntaxKind.AnyKeyword || (ts.forEachChild(node, isAny) ?? false)
  return isAny(ts.createSourceFile('x.d.ts', text, ts.ScriptTarget.ES2022, true))
}

/** @param {string} name */
const typesPackage = (name) => `@types/${name.replace(/^@([^/]+)\//, '$1__')}`

/** What is wrong with one import of a published file, if anything. */
const importFault = (
  /** @type {Manifest} */ manifest,
  /** @type {string} */ file,
  /** @type {string} */ name,
) => {
  const { dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifest
  const declared = { ...dependencies, ...peerDependencies, ...optionalDependencies }
  const types = typesPackage(name)
  if (file.endsWith('.d.ts') && manifest.devDependencies?.[types] && !declared[types]) {
    return `${file} needs ${types} wherever it is installed; make it a dependency`
  }
  if (name === manifest.name || name in declared || types in declared) return undefined
  return `${file} imports ${name}, which is no dependency`
}

/**
 * What is wrong with an unpacked package: undeclared imports, `any` in its types, dependencies of
 * the client, a missing licence.
 *
 * @param {string} folder
 * @returns {Promise<readonly string[]>}
 */
export const findFaults = async (folder) => {
  const manifest = await readManifest(join(folder, 'package.json'))
  /** @type {(string | undefined)[]} */
  const faults = []
  for (const path of await filesBelow(folder, /\.(?:js|d\.ts)$/)) {
    const text = await readFile(path, 'utf8')
    const file = relative(folder, path)
    faults.push(...importedPackages(text).map((name) => importFault(manifest, file, name)))
    if (file.endsWith('.d.ts') && usesAny(text)) faults.push(`${file} has the type any`)
  }
  const dependencies = Object.keys(manifest.dependencies ?? {})
  if (manifest.name === '@coatcheck/client' && dependencies.length > 0) {
    faults.push(`the client depends on ${dependencies.join(', ')}; it depends on nothing`)
  }
  if ((await filesBelow(folder, /\/LICENSE$/)).length === 0) faults.push('there is no LICENSE')
  return [...new Set(faults.filter((fault) => fault !== undefined))]
}
