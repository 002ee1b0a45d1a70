import type { SessionEndReason } from '../session.ts'

/** One call of the app's script, below the base path. */
export interface TableCall {
  readonly method: string
  readonly path: string
  /** In place of those a client sends. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back. */
export interface TableAnswer {
  readonly status: number
  readonly header: (name: string) => string | undefined
  /** Empty for a stream, of which only the head counts. */
  readonly text: string
}

/**
 * Who answers the table. It is configured with the resources `orders` (scope `orders:read
 * orders:write orders:cancel`, the default) and `billing` (scope `billing:read`), tokens that live for ten
 * minutes, the default limits and a provider where a logout can lead. The one user is `tableUser`.
 */
export interface TableStage {
  /** Sends the call with the browser's cookies. */
  readonly send: (call: TableCall) => Promise<TableAnswer>
  /** The user logs in. */
  readonly logIn: () => Promise<void>
  /** Ends the session so that the browser keeps its cookie. */
  readonly end: (reason: SessionEndReason) => Promise<void>
  /** Logs the same user in elsewhere; answers the sid. */
  readonly addDevice: () => Promise<string>
  readonly advance: (seconds: number) => void
}

/** Claims of the user who logs in. */
export const tableUser = {
  sub: 'alice',
  name: 'Alice Example',
  email: 'alice@example.test',
} as { readonly sub: string; readonly name: string; readonly email: string }

/** What earlier answers of a case have told. */
export interface TableMemory {
  readonly sid: string
  readonly otherSid: string
  /** Fingerprint of the last token. */
  readonly fingerprint: string
  /** Fingerprint of the token before the last. */
  readonly formerFingerprint: string
}

/** What a call is answered with. */
export interface TableExpectation {
  readonly status: number
  readonly mediaType?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: import('./matchers.ts').ExpectedBody
  /** Whether the token in the body is the last one that was seen. */
  readonly token?: 'same' | 'other'
}

/** One step of a case. */
export type TableStep =
  | {
      readonly call: TableCall | ((memory: TableMemory) => TableCall)
      readonly answer: TableExpectation
    }
  | { readonly end: SessionEndReason }
  | { readonly advance: number }
  | 'log in'
  | 'add a device'

/** A little story of calls and answers. It begins with nobody logged in. */
export interface TableCase {
  readonly title: string
  readonly steps: readonly TableStep[]
}
