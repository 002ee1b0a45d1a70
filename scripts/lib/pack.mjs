import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFaults } from './contents.mjs'
import { publishedPackages } from './packages.mjs'
import { run, runBin, runPnpm } from './run.mjs'

/**
 * Packs a package as the registry would receive it; resolves to what publint, attw and our own look
 * at its contents find.
 *
 * @param {string} source the package's folder
 * @param {string} destination an empty folder to work in
 * @returns {Promise<readonly string[]>}
 */
const inspect = async (source, destination) => {
  const tarball = `${destination}.tgz`
  await mkdir(destination)
  await runPnpm(['pack', '--out', tarball], { cwd: source })
  await run('tar', ['-xzf', tarball, '-C', destination, '--strip-components=1'])
  /** @type {string[]} */
  const faults = []
  const keep = (/** @type {Error} */ error) => {
    faults.push(error.message)
  }
  await runBin('publint', ['run', tarball, '--strict']).catch(keep)
  await runBin('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color']).catch(keep)
  return [...faults, ...(await findFaults(destination))]
}

/** Refuses packages that would not work for whoever installs them. */
export const checkPackages = async () => {
  const destination = await mkdtemp(join(tmpdir(), 'coatcheck-pack-'))
  /** @type {string[]} */
  const faults = []
  try {
    for (const { folder, manifest } of await publishedPackages()) {
      const name = manifest.name.replace('@coatcheck/', '')
      const found = await inspect(folder, join(destination, name))
      faults.push(...found.map((fault) => `${manifest.name}: ${fault}`))
    }
  } finally {
    await rm(destination, { recursive: true, force: true })
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
}
