import { accessSync, constants, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'

const { R_OK, W_OK, X_OK } = constants

/** What is there, as far as this process may look. */
const look = (path: string): Stats | undefined => {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

const may = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/**
 * Why SQLite could not keep its database there, and what to do. Only looks: it makes nothing, and
 * does not open the file, since closing it again would drop the locks this process holds on it.
 */
export const findStorePathFault = (path: string): string | undefined => {
  const file = look(path)
  if (file?.isDirectory()) {
    return 'store.path: is a folder; name a file in it, e.g. coatcheck.sqlite'
  }
  const folder = dirname(path)
  if (!look(folder)?.isDirectory()) {
    return 'store.path: its folder does not exist, or not for this process; make it, writable for this process'
  }
  if (!may(folder, W_OK | X_OK)) {
    return 'store.path: its folder cannot be written by this process, and SQLite makes files beside the database; give the folder to the user the server runs as'
  }
  if (file === undefined) return undefined
  if (!file.isFile()) return 'store.path: is no file; name one that SQLite may make'
  if (!may(path, R_OK | W_OK)) {
    return 'store.path: cannot be read and written by this process; give the file to the user the server runs as'
  }
  return undefined
}
