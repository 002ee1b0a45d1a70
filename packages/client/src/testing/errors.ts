/**
 * What is wrong with a test, not with the app:
 * - `client_created_too_early`: the client's requests do not reach the fake, because it took the
 *   platform's `fetch` before MSW replaced it
 * - `no_document`: there is no DOM, so the client does not start
 * - `client_disposed`: the client was disposed of
 * - `unknown_resource`: a resource was named that is not in `resources`
 * - `expectation_failed`: an `expect…` of the fake session does not hold
 */
export type FakeSessionErrorCode =
  | 'client_created_too_early'
  | 'no_document'
  | 'client_disposed'
  | 'unknown_resource'
  | 'expectation_failed'

/** The only error a fake session throws; plain, so that every runner prints it. */
export class FakeSessionError extends Error {
  /** Stable name of what is wrong. */
  readonly code: FakeSessionErrorCode

  constructor(code: FakeSessionErrorCode, message: string) {
    super(message)
    this.name = 'FakeSessionError'
    this.code = code
  }
}

/** The remedy is the same wherever it is noticed. */
export const tooEarly = (): FakeSessionError =>
  new FakeSessionError(
    'client_created_too_early',
    'No request of the client reaches the fake session: createAuthClient was probably called ' +
      'before MSW listened, and the client keeps the fetch it found then. Call setUpFakeSession ' +
      'in a setup file, which runs before the test imports the app, or create the client after ' +
      'server.listen(). Also check that bffPath is the same on both sides.',
  )
