import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'

const { R_OK, W_OK, X_OK } = constants

/** Links after which Linux gives up as well: they lead round in a circle. */
const longestChain = 40

/** What every SQLite database begins with, once something was written to it. */
const magic = Buffer.from('SQLite format 3\0')

const attempt = <T>(step: () => T): T | undefined => {
  try {
    return step()
  } catch {
    return undefined
  }
}

/** What is there, as far as this process may look. */
const look = (path: string): Stats | undefined => attempt(() => statSync(path))

const may = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

const noFolder =
  'store.path: its folder does not exist, or not for this process; make it (of a link: that of its target), writable for this process'

/**
 * The file behind all links, whether it is there or not: SQLite makes its side files beside that
 * one. Or why there can be none.
 */
const findTarget = (path: string): { readonly target: string } | { readonly fault: string } => {
  let next = path
  for (let links = 0; links <= longestChain; links += 1) {
    const folder = attempt(() => realpathSync.native(dirname(next)))
    if (folder === undefined || !look(folder)?.isDirectory()) return { fault: noFolder }
    const here = join(folder, basename(next))
    const link = attempt(() => readlinkSync(here))
    if (link === undefined) return { target: here }
    // Not joined: that would take `..` off a folder which is a link itself.
    next = isAbsolute(link) ? link : `${folder}/${link}`
  }
  return { fault: 'store.path: is a link that leads back to itself; name a file' }
}

const isDatabase = (path: string): boolean => {
  const handle = openSync(path, 'r')
  try {
    const start = Buffer.alloc(magic.length)
    const length = readSync(handle, start)
    return length === 0 || start.subarray(0, length).equals(magic)
  } finally {
    closeSync(handle)
  }
}

const findFileFault = (path: string): string | undefined => {
  if (!may(path, R_OK | W_OK)) {
    return 'store.path: cannot be read and written by this process; give the file to the user the server runs as'
  }
  // Who has the database open keeps a `-shm` beside it, and may be this process: closing the file
  // would then drop the locks that SQLite holds on it.
  if (look(`${path}-shm`) === undefined && attempt(() => isDatabase(path)) !== true) {
    return 'store.path: is no SQLite database; name one, or a file that SQLite may make'
  }
  return undefined
}

const findSideFileFault = (path: string): string | undefined => {
  for (const suffix of ['-wal', '-shm']) {
    const side = look(path + suffix)
    if (side === undefined || (side.isFile() && may(path + suffix, R_OK | W_OK))) continue
    return `store.path: the ${suffix} file beside it cannot be read and written by this process; give it, too, to the user the server runs as`
  }
  return undefined
}

/**
 * Why SQLite could not keep its database there, and what to do. Only looks: it makes and changes
 * nothing.
 */
export const findStorePathFault = (path: string): string | undefined => {
  const found = findTarget(path)
  if ('fault' in found) return found.fault
  const { target } = found
  const file = look(target)
  if (file?.isDirectory()) {
    return 'store.path: is a folder; name a file in it, e.g. coatcheck.sqlite'
  }
  if (file?.isFile() === false) return 'store.path: is no file; name one that SQLite may make'
  if (!may(dirname(target), W_OK | X_OK)) {
    return 'store.path: its folder cannot be written by this process, and SQLite makes files beside the database; give the folder (of a link: that of its target) to the user the server runs as'
  }
  return (file && findFileFault(target)) ?? findSideFileFault(target)
}
