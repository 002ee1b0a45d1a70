/**
 * Why the demo cannot start.
 *
 * - `port_invalid`: not a port, or one that browsers refuse to talk to.
 * - `port_in_use`: another program listens on one of the three ports.
 * - `setting_invalid`: an environment variable has a value that cannot be used.
 * - `page_missing`: the page has not been built.
 */
export type DemoErrorCode = 'port_invalid' | 'port_in_use' | 'setting_invalid' | 'page_missing'

/** Thrown when the demo cannot start; its message names the way out. */
export class DemoError extends Error {
  readonly code: DemoErrorCode

  constructor(code: DemoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DemoError'
    this.code = code
  }
}
