import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Context } from 'koa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBody } from './read-body.ts'

const limit = 16

type Reading = { readonly text: string } | { readonly fault: string }

const server = createServer()
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise((resolve) => server.close(resolve)))

const read = (req: IncomingMessage): Promise<Reading> => {
  return readBody({ req } as unknown as Context, limit).then(
    (text) => ({ text }),
    (failure: { code?: string; message: string }) => ({ fault: failure.code ?? failure.message }),
  )
}

/** What the server reads of a request of which these pieces are sent, each when the last is there. */
const readingOf = (
  pieces: readonly string[],
  {
    prepare,
    ending = 'whole',
  }: { prepare?: (req: IncomingMessage) => unknown; ending?: string } = {},
): Promise<Reading> =>
  new Promise((resolve) => {
    const { port } = server.address() as AddressInfo
    const sent = request({ port, host: '127.0.0.1', method: 'POST', agent: false })
    server.once('request', async (req, res) => {
      await prepare?.(req)
      const reading = read(req)
      const [, ...rest] = pieces
      for (const piece of rest) sent.write(piece)
      if (ending === 'whole') sent.end()
      else req.once('data', () => sent.destroy())
      resolve(await reading)
      res.end()
    })
    sent.on('error', () => {})
    sent.on('response', (response) => response.resume())
    if (pieces.length === 0) sent.end()
    else sent.write(pieces[0])
  })

test('a body is read whole, in however many pieces it comes', async () => {
  expect(await readingOf(['{}'])).toEqual({ text: '{}' })
  expect(await readingOf(['{"a"', ':1', '}'])).toEqual({ text: '{"a":1}' })
  expect(await readingOf(['ä', 'ö'])).toEqual({ text: 'äö' })
  expect(await readingOf([])).toEqual({ text: '' })
})

test('a body without a length that grows too long is refused', async () => {
  expect(await readingOf(['x'.repeat(limit)])).toEqual({ text: 'x'.repeat(limit) })
  expect(await readingOf(['x'.repeat(limit + 1)])).toEqual({ fault: 'payload_too_large' })
  expect(await readingOf(['x'.repeat(limit), 'x'])).toEqual({ fault: 'payload_too_large' })
})

test('a request that breaks off is a fault, and is waited for no longer', async () => {
  const reading = await readingOf(['{"a"'], { ending: 'broken off' })
  expect(reading).toEqual({ fault: expect.stringMatching(/ECONNRESET|broke off/) })
})

test('a request that broke off before it was read is a fault', async () => {
  const prepare = (req: IncomingMessage) =>
    new Promise((resolve) => req.once('close', resolve).destroy())
  const reading = await readingOf(['{"a"'], { prepare })
  expect(reading).toEqual({ fault: 'The request broke off.' })
})

test('where somebody else has read the body there is none', async () => {
  const prepare = async (req: IncomingMessage) => {
    for await (const chunk of req) expect(chunk).toBeDefined()
  }
  expect(await readingOf([], { prepare })).toEqual({ text: '' })
})
