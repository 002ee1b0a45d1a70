import pino, { type DestinationStream } from 'pino'
import type { Log, LogFields } from '../log.ts'
import type { HashId } from './create-id-hasher.ts'

/** Ids by which a person could be found: written as their hash. */
const ids = new Set(['sid', 'sub', 'subject', 'client'])

/** A field of such a name has no business in a log, whoever put it there. */
const secretName = /token|secret|cookie|authorization|password|verifier|nonce|assertion/i

const clean = (fields: LogFields, hashId: HashId): LogFields =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => !secretName.test(name))
      .map(([name, value]) => [
        name,
        ids.has(name) && typeof value === 'string' ? hashId(value) : value,
      ]),
  )

/** Where the log goes and who counts along. */
export interface ServerLogOptions {
  readonly level: 'info' | 'warn' | 'error'
  readonly hashId: HashId
  readonly now: () => number
  /** Default standard output. */
  readonly destination?: DestinationStream | undefined
  /** Hears of every line, also of those below the level. */
  readonly onLine: (level: keyof Log, fields: LogFields) => void
}

/** JSON lines (pino): one event a line, ids hashed, text escaped so that no value ends its line. */
export const createServerLog = ({
  level,
  hashId,
  now,
  destination,
  onLine,
}: ServerLogOptions): Log => {
  const options = {
    level,
    base: { name: 'coatcheck' },
    timestamp: () => `,"time":${now()}`,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const lines = destination === undefined ? pino(options) : pino(options, destination)
  const write = (name: keyof Log) => (fields: LogFields, message: string) => {
    onLine(name, fields)
    lines[name](clean(fields, hashId), message)
  }
  return { info: write('info'), warn: write('warn'), error: write('error') }
}
