import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { createJiti } from 'jiti'
import { BffError } from '../errors.ts'
import { defineConfig } from './config.ts'

/** A configuration file as it was read; nothing in it is checked yet. */
export interface ConfigFile {
  readonly path: string
  readonly content: Readonly<Record<string, unknown>>
}

const names = ['coatcheck.config.ts', 'coatcheck.config.mjs', 'coatcheck.config.json']

const refuse = (path: string, what: string): never => {
  throw new BffError('configuration_invalid', `The configuration file ${path} ${what}`)
}

const find = (cwd: string, wanted: string | undefined): string | undefined => {
  if (wanted !== undefined) {
    const path = resolve(cwd, wanted)
    return existsSync(path) ? path : refuse(path, 'does not exist; check --config.')
  }
  const found = names.map((name) => join(cwd, name)).filter((path) => existsSync(path))
  if (found.length > 1) {
    throw new BffError(
      'configuration_invalid',
      `There are several configuration files in ${cwd}; keep one of them, or name it by --config.`,
    )
  }
  return found[0]
}

/** Where it broke; the message is left out, since it may quote a line that holds a secret. */
const describeFailure = (failure: unknown, path: string): string => {
  if (!(failure instanceof Error)) return ''
  const code = (failure as NodeJS.ErrnoException).code
  const place = `${failure.message}\n${failure.stack ?? ''}`
    .match(new RegExp(`${path.replace(/[^\w]/g, '\\$&')}:(\\d+)(:\\d+)?`))
    ?.at(1)
  const word = /^\w{1,40}$/.test(failure.name) ? failure.name : 'Error'
  return [
    ` (${word}`,
    typeof code === 'string' && /^\w{1,40}$/.test(code) ? ` ${code}` : '',
    place === undefined ? '' : ` at line ${place}`,
    ')',
  ].join('')
}

const readJsonFile = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (failure) {
    return refuse(
      path,
      failure instanceof SyntaxError ? 'is not JSON.' : 'cannot be read; check its permissions.',
    )
  }
}

const readModule = async (path: string): Promise<unknown> => {
  const jiti = createJiti(dirname(path), {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    // The file's own folder need not have the package installed.
    virtualModules: { '@coatcheck/bff/server': { defineConfig } },
  })
  try {
    const loaded = await jiti.import<{ readonly default?: unknown }>(path)
    return loaded.default
  } catch (failure) {
    return refuse(path, `cannot be loaded${describeFailure(failure, path)}; run it by itself.`)
  }
}

/**
 * Reads the configuration file that was named, or the one of the three names that `cwd` holds.
 *
 * @throws BffError `configuration_invalid`
 */
export const loadConfigFile = async (
  cwd: string,
  wanted: string | undefined,
): Promise<ConfigFile | undefined> => {
  const path = find(cwd, wanted)
  if (path === undefined) return undefined
  const content = extname(path) === '.json' ? readJsonFile(path) : await readModule(path)
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return refuse(path, 'must hold an object; a module exports it as default: defineConfig({ … }).')
  }
  return { path, content: content as Record<string, unknown> }
}
