import { misconfigured } from '../options.ts'
import type { JwtCliProcess } from './cli-process.ts'

/** Why a token is not taken from the command line. */
export const argumentRefusal =
  'The token is read from standard input only: the shell keeps command lines in its history, and everybody on this machine can see them. Pipe it in, or type the command alone and paste. If it was a live token, consider it leaked.'

/** The token from standard input. @throws JwtError `configuration_invalid` when there is none */
export const readToken = async ({ terminal, complain }: JwtCliProcess): Promise<string> => {
  if (terminal.input === 'terminal') complain('Paste the token, then press Enter and Ctrl-D.')
  const token = (await terminal.readInput()).trim()
  if (token !== '') return token
  throw misconfigured('Standard input holds no token.')
}
