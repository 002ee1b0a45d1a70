import { expect, test } from 'vitest'
import { confirmOnUse, type RotationState } from './confirm-on-use.ts'

const since = 1_800_000_000_000
const limits = { rotateAfterMs: 600_000, graceMs: 60_000 }

const fresh: RotationState = { currentHash: 'current', since }
const offered: RotationState = { ...fresh, child: { hash: 'child' } }
const followed: RotationState = { ...fresh, former: { hash: 'former', until: since + 60_000 } }
const full: RotationState = { ...offered, ...followed }

const ours = (hash: string) => ({ hash, isAuthentic: true })
const garbage = (hash: string) => ({ hash, isAuthentic: false })

test.each([
  ['the current one, young', fresh, ours('current'), 0, 'current'],
  ['the current one, a millisecond before it is due', fresh, ours('current'), 599_999, 'current'],
  ['the current one when it is due', fresh, ours('current'), 600_000, 'issue-child'],
  ['the current one from a clock that was set back', fresh, ours('current'), -5_000, 'current'],
  ['the current one while its child is out', offered, ours('current'), 0, 'repeat-child'],
  [
    'the current one a week after its child went out',
    offered,
    ours('current'),
    6e8,
    'repeat-child',
  ],
  ['the current one beside child and former', full, ours('current'), 0, 'repeat-child'],
  ['the child', offered, ours('child'), 0, 'confirmed'],
  ['the child a week later', full, ours('child'), 6e8, 'confirmed'],
  ['the former one at once', followed, ours('former'), 0, 'former'],
  ['the former one, a millisecond before its end', followed, ours('former'), 59_999, 'former'],
  ['the former one at its end', followed, ours('former'), 60_000, 'former-late'],
  ['the former one a week later', full, ours('former'), 6e8, 'former-late'],
  ['one from before the former', full, ours('older'), 0, 'replayed'],
  ['an older one before anything rotated', fresh, ours('older'), 0, 'replayed'],
  ['a made-up one', full, garbage('made up'), 0, 'unknown'],
  ['an empty one', full, garbage(''), 0, 'unknown'],
  ['the beginning of the current one', full, garbage('curren'), 0, 'unknown'],
  ['the current one with something behind it', full, garbage('current0'), 0, 'unknown'],
  ['one of equal length', full, garbage('currenT'), 0, 'unknown'],
])('%s', (_name, state, presented, afterMs, kind) => {
  expect(confirmOnUse(state, presented, { ...limits, now: since + afterMs }).kind).toBe(kind)
})

test('the first use of the child makes it the current one and starts the grace of its parent', () => {
  const now = since + 700_000
  expect(confirmOnUse(full, ours('child'), { ...limits, now })).toEqual({
    kind: 'confirmed',
    next: { currentHash: 'child', since: now, former: { hash: 'current', until: now + 60_000 } },
  })
})

test('rotation at every use gives a successor to a secret of this very moment', () => {
  const everyUse = { rotateAfterMs: 0, graceMs: 0, now: since }
  expect(confirmOnUse(fresh, ours('current'), everyUse).kind).toBe('issue-child')
})

test('without grace the parent is late as soon as its child was used', () => {
  const noGrace = { rotateAfterMs: 600_000, graceMs: 0, now: since }
  const decision = confirmOnUse(offered, ours('child'), noGrace)
  const next = decision.kind === 'confirmed' ? decision.next : fresh
  expect(confirmOnUse(next, ours('current'), noGrace).kind).toBe('former-late')
})

test('a state is never changed in place', () => {
  const state = Object.freeze({ ...full, child: Object.freeze({ hash: 'child' }) })
  confirmOnUse(state, ours('child'), { ...limits, now: since })
  expect(state).toEqual(full)
})
