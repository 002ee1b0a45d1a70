/** A prepared statement, as far as the store uses one. */
export interface SqliteStatement {
  run(parameters: readonly unknown[]): { readonly changes: number | bigint }
  get(parameters: readonly unknown[]): unknown
  all(parameters: readonly unknown[]): unknown[]
  raw(toggle?: boolean): unknown
}

/** The part of better-sqlite3's API that the store uses; `libsql` has the same. */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement
  exec(sql: string): unknown
  close(): unknown
}

/** A statement whose rows come as arrays: no names to look up, none of a driver's own columns. */
export const prepareRaw = (database: SqliteDatabase, sql: string): SqliteStatement => {
  const statement = database.prepare(sql)
  statement.raw(true)
  return statement
}

/** Text as bytes: a driver may end a text at its first NUL, bytes come back whole. */
export const toBytes = (text: string): Buffer => Buffer.from(text, 'utf8')

/** The text of a column; drivers differ in how they hand out bytes. */
export const toText = (bytes: unknown): string => {
  if (Buffer.isBuffer(bytes)) return bytes.toString('utf8')
  return Buffer.from(bytes as ArrayBuffer).toString('utf8')
}

/** The first column of the only row. */
export const firstColumn = (statement: SqliteStatement): unknown => {
  const row = statement.get([]) as readonly unknown[] | undefined
  return row?.[0]
}
