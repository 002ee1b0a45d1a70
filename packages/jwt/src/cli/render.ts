import type { JwtCliProcess } from './cli-process.ts'
import type { Outcome, Style } from './command.ts'

const introducer = '\u001b['

const codes: Readonly<Record<Style, string>> = {
  plain: '',
  title: '1',
  good: '32',
  warning: '33',
  bad: '31',
  dim: '2',
}

/** What moves a cursor, turns text around, or is not seen at all. */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

const toEscapes = (text: string): string =>
  Array.from(
    { length: text.length },
    (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('')

/**
 * Text of foreign origin as it may be shown: a token must not be able to recolour, overwrite or
 * turn around what a terminal shows about it. What it writes is valid within a JSON string.
 */
const makeVisible = (text: string): string => text.replace(invisible, toEscapes)

/** https://no-color.org: any value but an empty one. */
const isColoured = ({ environment, terminal }: JwtCliProcess): boolean =>
  terminal.output === 'terminal' && !environment.NO_COLOR && environment.TERM !== 'dumb'

/** Prints what a command has to say, for people or for scripts. */
export const render = (
  process: JwtCliProcess,
  outcome: Outcome,
  format: 'json' | 'lines',
): void => {
  if (format === 'json') {
    process.print(makeVisible(JSON.stringify(outcome.json)))
    return
  }
  for (const { text, style } of outcome.lines) {
    const code = isColoured(process) ? codes[style] : ''
    const shown = makeVisible(text)
    process.print(code === '' ? shown : `${introducer}${code}m${shown}${introducer}0m`)
  }
  for (const remark of outcome.remarks ?? []) process.complain(remark)
}
