import { expect, test } from 'vitest'
import { createBatchedReads } from './batched-reads.ts'

/** A connection that notes what leaves in one command. */
const createConnection = (answer: (keys: readonly string[]) => unknown) => {
  const commands: string[] = []
  const get = createBatchedReads({
    get: async (key) => {
      commands.push(`GET ${key}`)
      return `${key} alone`
    },
    getTogether: async (keys) => {
      commands.push(`MGET ${keys.join(' ')}`)
      return answer(keys)
    },
    inTime: (_key, send) => send(),
  })
  return { commands, get, getBoth: () => Promise.all([get('a'), get('b')]) }
}

const inOrder = (keys: readonly string[]) => keys.map((key) => `${key} together`)

const refuse = (message: string) => {
  throw Object.assign(new Error(message), { name: 'ReplyError' })
}

test('reads of one turn leave as one command, and each gets its own reply', async () => {
  const { commands, getBoth } = createConnection(inOrder)
  expect(await getBoth()).toEqual(['a together', 'b together'])
  expect(commands).toEqual(['MGET a b'])
})

test('a read by itself is a command as any other', async () => {
  const { commands, get } = createConnection(inOrder)
  expect(await get('a')).toBe('a alone')
  expect(await get('b')).toBe('b alone')
  expect(commands).toEqual(['GET a', 'GET b'])
})

test('what looks like nothing is read once more, alone', async () => {
  const { commands, getBoth } = createConnection(() => [null, 'b together'])
  expect(await getBoth()).toEqual(['a alone', 'b together'])
  expect(commands).toEqual(['MGET a b', 'GET a'])
})

test('a reply that is too short leaves nobody waiting', async () => {
  const { getBoth } = createConnection(() => ['a together'])
  expect(await getBoth()).toEqual(['a together', 'b alone'])
})

test('what was lost with its connection is read once more, alone', async () => {
  const { commands, getBoth } = createConnection(() => {
    throw new Error('Connection is closed.')
  })
  expect(await getBoth()).toEqual(['a alone', 'b alone'])
  expect(await getBoth()).toEqual(['a alone', 'b alone'])
  expect(commands).toEqual(['MGET a b', 'GET a', 'GET b', 'MGET a b', 'GET a', 'GET b'])
})

test('a client that may not read several at once is not asked to a second time', async () => {
  const { commands, getBoth } = createConnection(() => refuse('NOPERM no permissions to run mget'))
  expect(await getBoth()).toEqual(['a alone', 'b alone'])
  expect(await getBoth()).toEqual(['a alone', 'b alone'])
  expect(commands).toEqual(['MGET a b', 'GET a', 'GET b', 'GET a', 'GET b'])
})

test('a fault of a read alone is told to that read', async () => {
  const fault = new Error('WRONGTYPE')
  const get = createBatchedReads({
    get: () => Promise.reject(fault),
    getTogether: async () => [null, 'b together'],
    inTime: (_key, send) => send(),
  })
  const outcomes = await Promise.allSettled([get('a'), get('b')])
  expect(outcomes).toMatchObject([{ reason: fault }, { value: 'b together' }])
})

test('reads that left together are late together, and are not sent again', async () => {
  const late = new Error('late')
  const sent: string[] = []
  const get = createBatchedReads({
    get: async (key) => sent.push(key),
    getTogether: async (keys) => sent.push(...keys),
    inTime: async (key, send) => {
      await send()
      sent.push(`deadline of ${key}`)
      throw late
    },
  })
  const outcomes = await Promise.allSettled([get('a'), get('b'), get('c')])
  expect(outcomes).toMatchObject([{ reason: late }, { reason: late }, { reason: late }])
  expect(sent).toEqual(['a', 'b', 'c', 'deadline of a'])
})

test('a read by itself, and one that is repeated, has a deadline too', async () => {
  const deadlines: string[] = []
  const get = createBatchedReads({
    get: async (key) => `${key} alone`,
    getTogether: async () => [null, 'b together'],
    inTime: (key, send) => {
      deadlines.push(key)
      return send()
    },
  })
  expect(await get('x')).toBe('x alone')
  expect(await Promise.all([get('a'), get('b')])).toEqual(['a alone', 'b together'])
  expect(deadlines).toEqual(['x', 'a', 'a'])
})
