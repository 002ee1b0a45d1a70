/**
 * How much a finding weighs. `error`: `createVerifier` refuses this whatever its options, or it is
 * the mark of an attack. `warning`: a risk, or refused unless the verifier is told otherwise.
 * `note`: good to know.
 */
export type Severity = 'error' | 'warning' | 'note'

/** One thing worth saying about a token or a key. */
export interface Finding {
  /** Stable name for scripts, such as `exp_missing`. */
  readonly code: string
  readonly severity: Severity
  /** For people, in words that hold no part of a token or key. */
  readonly message: string
}

/** Makes a {@link Finding} of one severity. */
type Make = (code: string, message: string) => Finding

const make =
  (severity: Severity): Make =>
  (code, message) => ({ code, severity, message })

export const error: Make = /* @__PURE__ */ make('error')
export const warning: Make = /* @__PURE__ */ make('warning')
export const note: Make = /* @__PURE__ */ make('note')

/** A row of a table of rules: the finding holds when the test does. */
export type Rule = readonly [isFound: boolean, finding: Finding]

/** The findings of the rows that hold. */
export const holding = (rules: readonly Rule[]): readonly Finding[] =>
  rules.filter(([isFound]) => isFound).map(([, finding]) => finding)
