import { JwtError } from '../errors.ts'
import { fetchKeySetText } from '../keys/fetch-key-set.ts'
import { resolveRemoteKeySet } from '../keys/remote-key-set-options.ts'
import { misconfigured } from '../options.ts'
import type { JwtCliProcess } from './cli-process.ts'
import { readTextFile } from './files.ts'

/** True for what is fetched; all else is the path of a file. */
export const isUrl = (text: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(text)

const resolveUrl = (url: string, { fetch, now }: JwtCliProcess['terminal']) => {
  try {
    return resolveRemoteKeySet(url, { fetch, now }).request
  } catch {
    throw misconfigured(
      'A key set is fetched by https only (http on localhost), without user, password or fragment in the URL.',
    )
  }
}

/**
 * The text of a key set from a URL or a file.
 *
 * @throws JwtError `keys_unavailable` without the address, `configuration_invalid`
 */
export const readKeySetText = async (
  process: JwtCliProcess,
  place: string,
  what: string,
): Promise<string> => {
  if (!isUrl(place)) return readTextFile(process, place, what)
  const answer = await fetchKeySetText(resolveUrl(place, process.terminal))
  if (answer.ok) return answer.text
  throw new JwtError('keys_unavailable', `The key set cannot be read: ${answer.reason}.`)
}
