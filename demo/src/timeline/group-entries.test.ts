import { expect, test } from 'vitest'
import type { Entry } from './create-timeline.ts'
import { groupEntries } from './group-entries.ts'

let lastId = 0

/** One request: who was asked for what, when it began, how long it took and how it ended. */
const entry = (
  request: string,
  [startedAt, durationMs]: readonly [number, number],
  answer: { readonly status: number; readonly broughtToken?: boolean } | 'pending',
): Entry => {
  const [party, method = '', path = ''] = request.split(' ')
  lastId += 1
  return {
    id: lastId,
    party: party === 'BFF' ? 'BFF' : 'API',
    method,
    path,
    startedAt,
    outcome:
      answer === 'pending'
        ? { kind: 'pending' }
        : { kind: 'answered', status: answer.status, durationMs },
    broughtToken: answer !== 'pending' && answer.broughtToken === true,
  }
}

const labels = (entries: readonly Entry[]) =>
  groupEntries(entries).map((item) =>
    item.kind === 'single'
      ? item.step.label
      : [item.outcome, ...item.steps.map(({ label }) => label)],
  )

const refused = (at: number) => entry('API GET /orders', [at, 10], { status: 401 })
const renewed = (at: number) =>
  entry('BFF POST /bff/token', [at, 10], { status: 200, broughtToken: true })
const served = (at: number) => entry('API GET /orders', [at, 10], { status: 200 })

test('a refusal, its renewal and its replay are one story', () => {
  expect(labels([refused(0), renewed(20), served(40)])).toEqual([
    ['mended', 'refused', 'renewed', 'replayed'],
  ])
})

test('two refusals at once share one renewal and each has its replay', () => {
  expect(labels([refused(0), refused(1), renewed(20), served(40), served(41)])).toEqual([
    ['mended', 'refused', 'refused', 'renewed', 'replayed', 'replayed'],
  ])
})

test('a story that is still going on is not told as mended', () => {
  const renewing = entry('BFF POST /bff/token', [20, 0], 'pending')
  expect(labels([refused(0), renewing])).toEqual([['running', 'refused', 'renewing']])
  expect(labels([refused(0), renewed(20)])).toEqual([['running', 'refused', 'renewed']])
})

test('a refusal that a renewal could not mend stands', () => {
  const unchanged = entry('BFF POST /bff/token', [20, 10], { status: 200 })
  const failed = entry('BFF POST /bff/token', [20, 10], { status: 503 })
  expect(labels([refused(0), unchanged])).toEqual([['unmended', 'refused', 'unchanged']])
  expect(labels([refused(0), failed])).toEqual([['unmended', 'refused', 'failed']])
  expect(labels([refused(0), renewed(20), refused(40)])).toEqual([
    ['unmended', 'refused', 'renewed', 'replayed'],
  ])
})

test('requests without a refusal stand by themselves', () => {
  const session = entry('BFF GET /bff/session', [0, 10], { status: 200, broughtToken: true })
  const ahead = renewed(50)
  expect(labels([session, served(20), ahead])).toEqual(['with token', undefined, 'renewed'])
})

test('a call that happens to follow a finished story does not join it', () => {
  const other = entry('API GET /admin/report', [60, 10], { status: 403 })
  const story = [refused(0), renewed(20), served(40)]
  expect(labels([...story, other, served(80)])).toEqual([
    ['mended', 'refused', 'renewed', 'replayed'],
    undefined,
    undefined,
  ])
})
