import { inspectToken } from '../diagnose/inspect-token.ts'
import type { Command, Line, Outcome } from './command.ts'
import { jsonLines, line } from './command.ts'
import { findingLines, isBad, timeLines } from './describe.ts'
import { argumentRefusal, readToken } from './token-input.ts'

const section = (title: string, lines: readonly Line[]): readonly Line[] =>
  lines.length === 0 ? [] : [line(''), line(title, 'title'), ...lines]

/** Decodes a token, and says what it says and what is wrong with it. Asks nobody. */
export const tokenInspect: Command = {
  words: 'token inspect',
  summary: 'decode a token from standard input, and say what is wrong with it; sends nothing',
  synopsis: '[--json] < FILE',
  argument: { refusal: argumentRefusal },
  options: {},
  run: async ({ process }): Promise<Outcome> => {
    const token = await readToken(process)
    const report = inspectToken(token, { now: process.terminal.now })
    const { header, claims, times, findings } = report
    return {
      exitCode: isBad(findings) ? 1 : 0,
      json: report,
      lines: [
        line('NOT VERIFIED: nobody has checked the signature. Anybody can write this.', 'warning'),
        ...section('Header', header === undefined ? [] : jsonLines(header)),
        ...section('Claims', claims === undefined ? [] : jsonLines(claims)),
        ...section('Times', timeLines(times)),
        ...section('Findings', findingLines(findings)),
        ...(findings.length === 0 ? [line(''), line('No findings.', 'good')] : []),
      ],
    }
  },
}
