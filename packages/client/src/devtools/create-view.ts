import type { Diagnosis, TimelineEntry, TokenLife } from '../diagnose/index.ts'
import { shownEntries } from './defaults.ts'
import { formatDuration, formatName, formatTime } from './format.ts'

/** What the panel shows. */
export interface Shown {
  readonly report: Diagnosis
  /** Longest life of the session that was seen, in milliseconds. */
  readonly sessionLifeMs: number
  readonly tabs: number | undefined
}

/** Makes an element; text is only ever set as text. */
export const make = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] => {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}

const life = (name: string, leftMs: number, lifeMs: number): HTMLElement =>
  make(
    'li',
    { class: 'life' },
    make('span', {}, name),
    make('span', {}, formatDuration(leftMs)),
    make('progress', {
      'aria-label': `Life left: ${name}`,
      max: `${Math.max(lifeMs, 1)}`,
      value: `${Math.min(Math.max(leftMs, 0), lifeMs)}`,
    }),
  )

const nameOf = ({ resource = 'default', scope }: TokenLife): string =>
  scope ? `${resource} · ${scope}` : resource

const lives = ({ report, sessionLifeMs }: Shown): HTMLElement => {
  const { sessionLeftMs, tokens } = report
  if (sessionLeftMs === undefined) return make('p', { class: 'none' }, 'No session.')
  return make(
    'ul',
    {},
    life('session', sessionLeftMs, sessionLifeMs),
    ...tokens.map((token) => life(nameOf(token), token.leftMs, token.lifeMs)),
  )
}

const entry = ({ at, event, detail }: TimelineEntry): HTMLElement =>
  make(
    'li',
    {},
    make('time', { datetime: new Date(at).toISOString() }, formatTime(at)),
    make(
      'span',
      {},
      formatName(event),
      ...(detail ? [make('span', { class: 'detail' }, ` · ${detail}`)] : []),
    ),
  )

const timeline = ({ report }: Shown): HTMLElement =>
  report.timeline.length
    ? make('ol', {}, ...report.timeline.slice(-shownEntries).reverse().map(entry))
    : make('p', { class: 'none' }, 'Nothing yet.')

const describeEnd = ({ lastEnd }: Diagnosis): string =>
  lastEnd ? `${lastEnd.reason ?? 'no reason known'}, ${formatTime(lastEnd.at)}` : 'none seen'

/** The state in a word or two, and how bad it is. */
export const summarize = ({
  status,
  offline,
  error,
  reason,
}: Diagnosis): { readonly text: string; readonly tone: string } => {
  if (status === 'authenticated') {
    return offline ? { text: 'offline', tone: 'warn' } : { text: status, tone: 'good' }
  }
  const why = error ?? reason
  return { text: why ? `${status}: ${why}` : status, tone: status === 'error' ? 'bad' : '' }
}

const facts = ({ report, tabs }: Shown): HTMLElement => {
  const rows: Readonly<Record<string, string>> = {
    State: summarize(report).text,
    'Last logout': describeEnd(report),
    Renewals: `${report.renewals}`,
    Tabs: tabs === undefined ? 'unknown' : `${tabs}`,
  }
  const cells = Object.entries(rows).flatMap(([name, value]) => [
    make('dt', {}, name),
    make('dd', {}, value),
  ])
  return make('dl', {}, ...cells)
}

/** Everything of the panel that changes. */
export const createView = (shown: Shown): readonly HTMLElement[] => [
  facts(shown),
  make('h2', {}, 'Life left'),
  lives(shown),
  make('h2', {}, 'Timeline'),
  timeline(shown),
]
