import { mkdtemp, rm } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesBelow, publishedPackages, readManifest } from './packages.mjs'
import { run, runBin, runPnpm } from './run.mjs'

/** @import { Manifest } from './packages.mjs' */

/**
 * Packs every published package as the registry would receive it, shows each to `inspect` as a
 * tarball and unpacked, and cleans up.
 *
 * @param {(packed: { name: string, tarball: string, folder: string }) => Promise<void>} inspect
 */
const withPacked = async (inspect) => {
  const destination = await mkdtemp(join(tmpdir(), 'coatcheck-pack-'))
  try {
    for (const { folder, manifest } of await publishedPackages()) {
      const unpacked = join(destination, manifest.name.replace('@coatcheck/', ''))
      const tarball = `${unpacked}.tgz`
      await runPnpm(['pack', '--out', tarball], { cwd: folder })
      await run('mkdir', ['-p', unpacked])
      await run('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1'])
      await inspect({ name: manifest.name, tarball, folder: unpacked })
    }
  } finally {
    await rm(destination, { recursive: true, force: true })
  }
}

/** What an installed package may import: itself, its declared dependencies and the platform. */
const declared = (/** @type {Manifest} */ manifest) =>
  new Set([
    manifest.name,
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
    ...Object.keys(manifest.optionalDependencies ?? {}),
    ...builtinModules,
  ])

const specifier = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"'.][^"']*)["']/g

const packageOf = (/** @type {string} */ source) =>
  source
    .replace(/^node:/, '')
    .split('/')
    .slice(0, source.startsWith('@') ? 2 : 1)
    .join('/')

/** @param {string} text */
export const withoutComments = (text) =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')

/** @param {string} folder an unpacked package @param {(path: string) => Promise<string>} read */
const checkContents = async (folder, read) => {
  const manifest = await readManifest(join(folder, 'package.json'))
  const allowed = declared(manifest)
  /** @type {string[]} */
  const faults = []
  if (
    manifest.name === '@coatcheck/client' &&
    Object.keys(manifest.dependencies ?? {}).length > 0
  ) {
    faults.push('the client has no dependencies, but its manifest lists some')
  }
  for (const path of await filesBelow(folder, /\.(?:js|d\.ts)$/)) {
    const text = withoutComments(await read(path))
    const file = path.slice(folder.length + 1)
    for (const [, source = ''] of text.matchAll(specifier)) {
      if (!allowed.has(packageOf(source))) faults.push(`${file} imports ${source}, undeclared`)
    }
    if (path.endsWith('.d.ts') && /\bany\b/.test(text)) faults.push(`${file} has an any`)
  }
  for (const needed of ['LICENSE', 'package.json']) {
    if (!(await filesBelow(folder, new RegExp(`/${needed}$`))).length) faults.push(`no ${needed}`)
  }
  return [...new Set(faults)].map((fault) => `${manifest.name}: ${fault}`)
}

/**
 * publint, attw and our own look at every packed package.
 *
 * @param {(path: string) => Promise<string>} read
 */
export const checkPackages = async (read) => {
  /** @type {string[]} */
  const faults = []
  await withPacked(async ({ name, tarball, folder }) => {
    const keep = (/** @type {Error} */ error) => {
      faults.push(`${name}:\n${error.message}`)
    }
    await runBin('publint', ['run', tarball, '--strict']).catch(keep)
    await runBin('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']).catch(keep)
    faults.push(...(await checkContents(folder, read)))
  })
  if (faults.length > 0) throw new Error(faults.join('\n'))
}
