/**
 * What a {@link DevIdpError} reports.
 *
 * - `production_refused`: `NODE_ENV` is `production`.
 * - `host_not_loopback`: the option `host` is not a loopback address.
 * - `port_in_use`: something else listens on the port.
 * - `listen_failed`: the operating system refused the port for another reason.
 * - `option_unknown`: an option has a name that does not exist.
 * - `option_invalid`: an option has a value that cannot be used.
 * - `page_unexpected`: a helper of `/testing` met a page it cannot go on from.
 */
export type DevIdpErrorCode =
  | 'production_refused'
  | 'host_not_loopback'
  | 'port_in_use'
  | 'listen_failed'
  | 'option_unknown'
  | 'option_invalid'
  | 'page_unexpected'

/** The only error this package throws. Its message names the way out and never holds a secret. */
export class DevIdpError extends Error {
  /** What went wrong, for programs. */
  readonly code: DevIdpErrorCode

  constructor(code: DevIdpErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DevIdpError'
    this.code = code
  }
}
