export type { SqliteStoreOptions } from './create-sqlite-store.ts'
export { createSqliteStore } from './create-sqlite-store.ts'
export type { SqliteDatabase, SqliteStatement } from './database.ts'
export type { Synchronous } from './schema.ts'
