import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './run.mjs'

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {boolean} [private]
 * @property {Record<string, string | Record<string, string>>} [exports]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 */

/**
 * @typedef {object} Package
 * @property {string} folder absolute path
 * @property {Manifest} manifest
 */

/** @param {string} path @returns {Promise<Manifest>} */
export const readManifest = async (path) => JSON.parse(await readFile(path, 'utf8'))

/**
 * The packages that are published, by name.
 *
 * @returns {Promise<readonly Package[]>}
 */
export const publishedPackages = async () => {
  const names = (await readdir(join(root, 'packages'))).sort()
  const packages = await Promise.all(
    names.map(async (name) => {
      const folder = join(root, 'packages', name)
      return { folder, manifest: await readManifest(join(folder, 'package.json')) }
    }),
  )
  return packages.filter(({ manifest }) => manifest.private !== true)
}

/**
 * Files below a folder whose path ends as asked, as absolute paths.
 *
 * @param {string} folder
 * @param {RegExp} pattern
 * @returns {Promise<readonly string[]>}
 */
export const filesBelow = async (folder, pattern) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => pattern.test(path) && !path.includes('/node_modules/'))
    .sort()
}
