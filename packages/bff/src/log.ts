/** Fields of a log line; never a token, cookie, code or secret. */
export type LogFields = Readonly<Record<string, unknown>>

/** The part of a pino logger the BFF uses; any logger of that shape will do. */
export interface Log {
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

const isNamed = (value: unknown): value is { name?: unknown; code?: unknown; error?: unknown } =>
  typeof value === 'object' && value !== null

const word = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : undefined

/**
 * What may be logged of a failure: names and codes along its causes. Messages of libraries are
 * left out, since they may quote what a provider sent.
 */
export const describeFailure = (failure: unknown): readonly string[] => {
  const words: string[] = []
  let current: unknown = failure
  for (let depth = 0; depth < 4 && isNamed(current); depth += 1) {
    const { name, code, error } = current
    const parts = [word(name), word(code), word(error)].filter((part) => part !== undefined)
    if (parts.length > 0) words.push(parts.join(':'))
    current = current instanceof Error ? current.cause : undefined
  }
  return words
}

/** The frames of a stack; the message before them may have lines of its own, whatever they say. */
const framesOf = ({ message, stack = '' }: Error): readonly string[] => {
  const at = stack.indexOf(message)
  return at < 0 ? [] : stack.slice(at + message.length).split('\n')
}

/** Where in our code a failure came from: stack frames without the message. */
export const stackFrames = (failure: unknown): readonly string[] =>
  failure instanceof Error
    ? framesOf(failure)
        .filter((line) => /^\s+at /.test(line))
        .slice(0, 8)
        .map((line) => line.trim())
    : []
