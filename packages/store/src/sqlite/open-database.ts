import { closeSync, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import { StoreError } from '../errors.ts'
import type { SqliteDatabase } from './database.ts'

type Libsql = new (path: string) => SqliteDatabase

/** `libsql` is an optional peer: needed only by who asks for it with a path. */
const loadLibsql = (): Libsql => {
  try {
    return createRequire(import.meta.url)('libsql')
  } catch (cause) {
    const remedy = 'Install "libsql", or pass an open better-sqlite3 database as "database".'
    throw new StoreError('store_misused', remedy, { cause })
  }
}

/**
 * Makes the file, for this user's eyes only, unless it exists. One that exists must not even be
 * opened here: closing any handle of a file drops every lock the process holds on it, SQLite's as
 * well, and another process would then delete the write-ahead log this one is still writing.
 */
const makeFile = (path: string) => {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Opens a database file; SQLite gives its two side files the permissions of the first. */
export const openDatabase = (path: string): SqliteDatabase => {
  const Database = loadLibsql()
  try {
    if (path !== ':memory:') makeFile(path)
    return new Database(path)
  } catch (cause) {
    const message = `The database file "${path}" cannot be opened; its directory must exist.`
    throw new StoreError('store_unavailable', message, { cause })
  }
}
