import type { KeyReport } from '../diagnose/check-jwks.ts'
import { checkJwks } from '../diagnose/check-jwks.ts'
import type { Command, Line } from './command.ts'
import { line } from './command.ts'
import { findingLines, isBad } from './describe.ts'
import { readKeySetText } from './key-set-input.ts'

const keyLines = ({
  index,
  kid,
  alg,
  description,
  usable,
  findings,
}: KeyReport): readonly Line[] => [
  line(
    `key ${index}: ${description}, alg ${alg ?? '-'}, kid ${kid ?? '-'}${usable ? '' : ' (not used)'}`,
    'title',
  ),
  ...findingLines(findings, '  '),
]

/** Judges a published key set, key by key. */
export const jwksCheck: Command = {
  words: 'jwks check',
  summary: 'fetch or read a key set, and judge its keys one by one',
  synopsis: 'URL|FILE [--json]',
  argument: 'required',
  options: {},
  run: async ({ process, argument }) => {
    const report = checkJwks(await readKeySetText(process, argument, 'the key set'))
    const all = [...report.findings, ...report.keys.flatMap(({ findings }) => findings)]
    const usable = report.keys.filter((key) => key.usable).length
    const count = `${usable} of ${report.keys.length} ${report.keys.length === 1 ? 'key' : 'keys'}`
    const verdict = `${count} can verify tokens.`
    return {
      exitCode: isBad(all) ? 1 : 0,
      json: report,
      lines: [
        ...report.keys.flatMap(keyLines),
        ...findingLines(report.findings),
        line(verdict, isBad(all) ? 'bad' : 'good'),
      ],
    }
  },
}
