import type { DevIdpOptions } from './options.ts'

/** Turns failures into log entries that hold no URL and nothing of a request. */
export interface Reports {
  /** The provider failed where it should have answered. */
  providerError(cause: unknown): void
  /** A logout token was refused or reached nobody. */
  undelivered(clientId: string, cause: unknown): void
}

interface Failure {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly cause?: Failure
  readonly response?: { readonly status: number }
}

const reasonOf = ({ response, cause, code, name }: Failure): string =>
  response === undefined
    ? `nobody answered (${cause?.code ?? code ?? name ?? 'unknown'})`
    : `it answered ${response.status}`

export const createReports = (log: NonNullable<DevIdpOptions['log']>): Reports => ({
  providerError: (cause) => {
    const { name = 'Error', message = '' } = (cause ?? {}) as Failure
    log({ level: 'error', event: 'provider_error', message: `${name}: ${message}` })
  },
  undelivered: (clientId, cause) =>
    log({
      level: 'warn',
      event: 'backchannel_logout_failed',
      message: `The logout token for the client "${clientId}" was not delivered: ${reasonOf((cause ?? {}) as Failure)}.`,
    }),
})
