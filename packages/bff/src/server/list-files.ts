import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'

/** The files of a folder by the path of a URL, e.g. `/assets/app.js`. */
export type FileList = ReadonlyMap<string, string>

/** Hidden files are nobody's business, but for what RFC 8615 puts there. */
const isHidden = (name: string): boolean => name.startsWith('.') && name !== '.well-known'

/** Where a path leads; nowhere for a link whose target is gone, which is no file. */
const resolveLink = (path: string): string => {
  try {
    return realpathSync(path)
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw failure
  }
}

/**
 * Lists what may be served, once, at start: what is not in the list does not exist, whatever a
 * request's path is made of. A link that leads out of the folder is not in it.
 */
export const listFiles = (directory: string): FileList => {
  const root = realpathSync(directory)
  const files = new Map<string, string>()
  const visit = (folder: string, urlPath: string, depth: number) => {
    for (const name of readdirSync(folder)) {
      if (isHidden(name)) continue
      const path = resolveLink(join(folder, name))
      if (!path.startsWith(root + sep)) continue
      const stats = statSync(path)
      if (stats.isFile()) files.set(`${urlPath}/${name}`, path)
      // A link to a folder above it would go on for ever.
      if (stats.isDirectory() && depth < 32) visit(path, `${urlPath}/${name}`, depth + 1)
    }
  }
  visit(root, '', 0)
  return files
}
