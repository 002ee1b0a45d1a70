import { readFile, stat, writeFile } from 'node:fs/promises'
import { platform } from 'node:os'
import { resolve } from 'node:path'
import { misconfigured } from '../options.ts'
import { parseStrictJson } from '../token/json.ts'
import type { JwtCliProcess } from './cli-process.ts'

type Place = Pick<JwtCliProcess, 'cwd'>

/** Largest file that is read: more than any key or key set has. */
const maximumFileBytes = 1_048_576

/** What the system says, without the path: it may be a token in the wrong place. */
const codeOf = (error: unknown): string => {
  const code = (error as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' && /^[A-Z_]+$/.test(code) ? code : 'unknown reason'
}

/** Reads a text file. `what` names it in complaints. @throws JwtError `configuration_invalid` */
export const readTextFile = async ({ cwd }: Place, path: string, what: string): Promise<string> => {
  const file = resolve(cwd, path)
  try {
    if ((await stat(file)).size <= maximumFileBytes) return await readFile(file, 'utf8')
  } catch (error) {
    throw misconfigured(`The file of ${what} cannot be read (${codeOf(error)}).`)
  }
  throw misconfigured(`The file of ${what} is larger than ${maximumFileBytes} bytes.`)
}

/** Parses JSON that every parser reads alike. @throws JwtError `configuration_invalid` */
export const parseFile = (text: string, what: string): unknown => {
  const json = parseStrictJson(text)
  if (json.ok) return json.value
  throw misconfigured(`The file of ${what} is refused: ${json.reason}.`)
}

/** True when others on this machine may read the file. On Windows the mode does not tell. */
export const isReadableByOthers = async ({ cwd }: Place, path: string): Promise<boolean> =>
  platform() !== 'win32' && ((await stat(resolve(cwd, path))).mode & 0o077) !== 0

/**
 * Writes what nobody but the user may read. A file that exists is left alone: a lost key cannot be
 * brought back.
 *
 * @throws JwtError `configuration_invalid`
 */
export const writeSecretFile = async (
  { cwd }: Place,
  path: string,
  text: string,
): Promise<void> => {
  try {
    await writeFile(resolve(cwd, path), text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    const code = codeOf(error)
    throw misconfigured(
      code === 'EEXIST'
        ? 'The file of --out exists, and is not overwritten.'
        : `The file of --out cannot be written (${code}).`,
    )
  }
}
