import { expect, test } from 'vitest'
import { createBatchedReads } from './batched-reads.ts'
import type { Command } from './driver.ts'

type Replies = readonly (readonly [Error | null, unknown])[]

/** A connection that notes what leaves in one write. */
const createConnection = (answer: (commands: readonly Command[]) => Replies) => {
  const writes: string[] = []
  const read = createBatchedReads({
    send: async (command) => {
      writes.push(command.join(' '))
      return `${command[1]} alone`
    },
    sendTogether: async (commands) => {
      writes.push(commands.map((command) => command.join(' ')).join(', '))
      return answer(commands)
    },
  })
  return { writes, get: (key: string) => read(['GET', key]) }
}

const inOrder = (commands: readonly Command[]): Replies =>
  commands.map(([, key]) => [null, `${key} together`])

const named = (name: string, message: string) => Object.assign(new Error(message), { name })

test('reads of one turn leave in one write, and each gets its own reply', async () => {
  const { writes, get } = createConnection(inOrder)
  expect(await Promise.all([get('a'), get('b')])).toEqual(['a together', 'b together'])
  expect(writes).toEqual(['GET a, GET b'])
})

test('a read by itself is a command as any other', async () => {
  const { writes, get } = createConnection(inOrder)
  expect(await get('a')).toBe('a alone')
  expect(await get('b')).toBe('b alone')
  expect(writes).toEqual(['GET a', 'GET b'])
})

test('what the server refuses is refused for that read alone', async () => {
  const refusal = named('ReplyError', 'WRONGTYPE')
  const { get } = createConnection(() => [
    [refusal, undefined],
    [null, 'b together'],
  ])
  const [a, b] = await Promise.allSettled([get('a'), get('b')])
  expect(a).toMatchObject({ status: 'rejected', reason: refusal })
  expect(b).toMatchObject({ value: 'b together' })
})

test('what was lost with its connection is read once more, alone', async () => {
  const { writes, get } = createConnection(([first = []]) => [
    [null, `${first[1]} together`],
    [named('AbortError', 'Command aborted due to connection close'), undefined],
  ])
  expect(await Promise.all([get('a'), get('b')])).toEqual(['a together', 'b alone'])
  expect(writes).toEqual(['GET a, GET b', 'GET b'])
})

test('a fault of the whole write is everyone’s', async () => {
  const fault = new Error('Connection is closed.')
  const { get } = createConnection(() => {
    throw fault
  })
  const outcomes = await Promise.allSettled([get('a'), get('b')])
  expect(outcomes).toMatchObject([{ reason: fault }, { reason: fault }])
})
