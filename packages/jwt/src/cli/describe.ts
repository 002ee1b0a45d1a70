import type { Finding, Severity } from '../diagnose/finding.ts'
import type { TokenTime } from '../diagnose/token-times.ts'
import type { Line, Style } from './command.ts'
import { line } from './command.ts'

const styles: Readonly<Record<Severity, Style>> = { error: 'bad', warning: 'warning', note: 'dim' }

/** One line for each finding, the heaviest first. */
export const findingLines = (findings: readonly Finding[], indent = ''): readonly Line[] =>
  (['error', 'warning', 'note'] as const).flatMap((severity) =>
    findings
      .filter((finding) => finding.severity === severity)
      .map(({ code, message }) =>
        line(`${indent}${severity.padEnd(7)}  ${code}: ${message}`, styles[severity]),
      ),
  )

/** One line for each instant. */
export const timeLines = (times: readonly TokenTime[]): readonly Line[] =>
  times.map(({ claim, at, relative }) => line(`${claim.padEnd(9)}  ${at}  (${relative})`))

/** True when one of the findings is an error. */
export const isBad = (findings: readonly Finding[]): boolean =>
  findings.some(({ severity }) => severity === 'error')
