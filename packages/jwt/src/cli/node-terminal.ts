import { misconfigured } from '../options.ts'
import type { Terminal } from './cli-process.ts'

/** Most octets that are read from standard input. */
const maximumInputBytes = 1_048_576

/** The part of Node's standard input that is used. */
interface Input extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean
}

const readAll = async (input: Input): Promise<string> => {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of input) {
    const octets = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    length += octets.length
    if (length > maximumInputBytes) {
      throw misconfigured(`Standard input holds more than ${maximumInputBytes} bytes.`)
    }
    chunks.push(octets)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The terminal of this Node process. */
export const createNodeTerminal = (streams: {
  readonly stdin: Input
  readonly stdout: { readonly isTTY?: boolean }
}): Terminal => ({
  input: streams.stdin.isTTY === true ? 'terminal' : 'pipe',
  output: streams.stdout.isTTY === true ? 'terminal' : 'pipe',
  readInput: () => readAll(streams.stdin),
  fetch: globalThis.fetch,
  now: Date.now,
})

/** The part of Node's outputs that {@link heedWriteErrors} uses. */
interface Output {
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

/**
 * Whoever reads only the head of an output, as in `| head -1`, has what he wants: the program goes
 * on to its own exit code. What cannot be written for another reason is no verdict.
 */
export const heedWriteErrors = (outputs: readonly Output[]): void => {
  for (const output of outputs) {
    output.on('error', ({ code }) => {
      if (code !== 'EPIPE') process.exit(4)
    })
  }
}
