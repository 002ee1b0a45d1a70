import { expect, test } from 'vitest'
import { describeFailure, stackFrames } from './log.ts'

test('B124 a failure is named by words, whatever its message and members say', () => {
  const secret = 'refresh-1-secret'
  const cause = Object.assign(new Error(`answer was ${secret}`), {
    code: 'OAUTH_RESPONSE',
    error: `invalid\r\nlevel=info ${secret}`,
  })
  const failure = new TypeError(`it broke on ${secret}`, { cause })
  expect(describeFailure(failure)).toEqual(['TypeError', 'Error:OAUTH_RESPONSE'])
})

test('B124 a name that a provider chose cannot break out of its line', () => {
  const names = ['a\nb', 'a\r\nb', 'a b', 'x'.repeat(65), '{"a":1}', '', '\u2028', 'ünïcode']
  for (const error of names) expect(describeFailure({ error })).toEqual([])
  expect(describeFailure({ error: 'invalid_grant' })).toEqual(['invalid_grant'])
})

test('B124 a chain of causes without end is described and left', () => {
  const failure = new Error('outer')
  failure.cause = failure
  expect(describeFailure(failure)).toEqual(['Error', 'Error', 'Error', 'Error'])
})

test.each([undefined, null, 'text', 7])('B124 %s is no failure to describe', (failure) => {
  expect(describeFailure(failure)).toEqual([])
  expect(stackFrames(failure)).toEqual([])
})

test('B124 stack frames hold no line of the message, not even one that looks like a frame', () => {
  const frames = stackFrames(new Error('first\n    at refresh-1-secret\n    at more'))
  expect(frames.length).toBeGreaterThan(0)
  expect(frames.join('\n')).not.toContain('secret')
  expect(frames[0]).toContain('log.test.ts')
})

test('B124 a stack that does not begin with its message is not shown', () => {
  const failure = new Error('before')
  expect(failure.stack).toContain('before')
  failure.message = 'after'
  expect(stackFrames(failure)).toEqual([])
})
