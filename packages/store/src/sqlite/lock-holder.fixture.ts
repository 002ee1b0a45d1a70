import Libsql from 'libsql'

/** A process that hangs in the middle of a write until it is killed: `lock-holder.fixture.ts PATH`. */
const database = new Libsql(process.argv[2] ?? '', { timeout: 5_000 })
database.exec('BEGIN IMMEDIATE')
process.stdout.write('locked\n')
setTimeout(() => database.close(), 60_000)
