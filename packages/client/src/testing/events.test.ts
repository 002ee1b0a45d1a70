// @vitest-environment node
import { setupServer } from 'msw/node'
import { afterAll, afterEach, expect, test } from 'vitest'
import { setUpFakeSession } from './index.ts'

const { session } = await setUpFakeSession(setupServer, { afterEach, afterAll })

const open = async (): Promise<ReadableStreamDefaultReader<string>> => {
  const { body } = await fetch('http://localhost/bff/events', { headers: { 'x-csrf': '1' } })
  const text = (body as NonNullable<typeof body>).pipeThrough(new TextDecoderStream())
  return text.getReader()
}

const rest = async (reader: ReadableStreamDefaultReader<string>): Promise<string> => {
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    text += value
  }
}

test('every open stream hears of the end of the session and is closed', async () => {
  const streams = [await open(), await open()]
  session.revoke('logout')
  const expected = ':\n\nevent: session.ended\ndata: {"reason":"logout"}\n\n'
  expect(await Promise.all(streams.map(rest))).toEqual([expected, expected])
})

test('a stream hears that the session ends soon', async () => {
  const stream = await open()
  session.set('expiring')
  session.set('anonymous')
  expect(await rest(stream)).toBe(
    ':\n\nevent: session.expiring\ndata: {"expiresInSeconds":60}\n\n' +
      'event: session.ended\ndata: {}\n\n',
  )
})

test('the network takes the streams with it', async () => {
  const stream = await open()
  await stream.read()
  session.goOffline()
  await expect(stream.read()).rejects.toThrow(TypeError)
  await expect(open()).rejects.toThrow(TypeError)
})

test('another login ends the streams of the one before', async () => {
  const stream = await open()
  session.login()
  expect(await rest(stream)).toContain('data: {"reason":"replaced"}')
})
