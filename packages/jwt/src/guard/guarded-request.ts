/** What the guards read of a request; adapters such as `/koa` make it from the framework's own. */
export interface GuardedRequest {
  /** HTTP method as the client sent it. */
  readonly method: string
  /**
   * Request target as the client sent it, such as `/orders?page=2`: not the remainder that a
   * mounted router sees. Only DPoP reads it, and only its path.
   */
  readonly target: string
  /**
   * Every field line of that header, one member each; asked for in lower case. An adapter that
   * cannot tell two lines from one may join them by commas.
   */
  header(name: string): readonly string[]
  /** A form body, where something has parsed it already. Only to notice a second token. */
  readonly form?: unknown
}
