import type { Log } from '@coatcheck/bff'

/** Tells a person at a terminal what a log line for machines would say. */
export const createConsoleLog = (write: (line: string) => void): Log => {
  const print: Log['warn'] = ({ code }, message) => {
    write(`  BFF        ${message}${typeof code === 'string' ? ` (${code})` : ''}`)
  }
  return { info: () => {}, warn: print, error: print }
}
