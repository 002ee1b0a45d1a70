import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchHeaders } from '../testing/browser.ts'
import { createHarness, type Harness } from '../testing/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await createHarness()
  await harness.login()
})
afterAll(() => harness.close())

const headers = (contentType?: string) => ({
  ...fetchHeaders(harness.origin),
  cookie: [...harness.browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; '),
  ...(contentType !== undefined && { 'content-type': contentType }),
})

const post = (path: string, body: string, contentType?: string) =>
  harness.browser.send(path, { method: 'POST', headers: headers(contentType), body })

/** Sends a body in pieces, so that no Content-Length announces its size. */
const postInPieces = (pieces: readonly string[]) =>
  new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const { port } = new URL(harness.origin)
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      path: '/bff/token',
      method: 'POST',
      headers: { ...headers('application/json'), 'transfer-encoding': 'chunked' },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += String(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode, text }))
      response.on('error', reject)
    })
    for (const piece of pieces) request.write(piece)
    request.end()
  })

const formTypes = [
  'text/plain',
  'text/plain; charset=utf-8',
  'text/plain; application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=application/json',
  'text/html',
  'application/xml',
  'application/jsonp',
  'application/json-seq',
  'application/x-json',
  'text/json',
  'json',
  '',
]

for (const path of ['/bff/token', '/bff/logout']) {
  for (const contentType of [...formTypes, undefined]) {
    test(`B61 a body that a form could send is refused: ${path} ${contentType}`, async () => {
      const response = await post(path, '{"slide":true}', contentType)
      expect(response.status).toBe(415)
      expect(response.json().code).toBe('unsupported_media_type')
    })
  }
}

test.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON'])(
  'a JSON body is read as %s',
  async (contentType) => {
    expect((await post('/bff/token', '{}', contentType)).status).toBe(200)
  },
)

test('a call without a body asks for the defaults', async () => {
  const response = await harness.browser.send('/bff/token', { method: 'POST', headers: headers() })
  expect(response.json()).toMatchObject({ resource: 'orders' })
})

const malformed = [
  '{',
  'null',
  '[]',
  '"orders"',
  '7',
  'undefined',
  '{"resource":1}',
  '{"resource":["orders"]}',
  '{"resource":null}',
  `{"resource":"${'x'.repeat(65)}"}`,
  '{"scope":{}}',
  '{"minValiditySeconds":-1}',
  '{"minValiditySeconds":"60"}',
  '{"minValiditySeconds":1e999}',
  '{"rejected":"short"}',
  `{"rejected":"${'x'.repeat(44)}"}`,
  `{"rejected":"${'%'.repeat(43)}"}`,
  '{"slide":"false"}',
  '{"unknown":true}',
  '{"__proto__":{"slide":true}}',
  '{"constructor":1}',
]

for (const body of malformed) {
  test(`a malformed body is refused without being repeated: ${body.slice(0, 40)}`, async () => {
    const response = await post('/bff/token', body, 'application/json')
    expect(response.status).toBe(400)
    expect(response.json().code).toBe('invalid_request')
    expect(response.text).not.toContain('xxxx')
    expect(response.text).not.toContain('constructor')
  })
}

test('a body that announces too much is refused', async () => {
  const response = await post(
    '/bff/token',
    JSON.stringify({ a: 'x'.repeat(9000) }),
    'application/json',
  )
  expect(response.status).toBe(413)
  expect(response.json().code).toBe('payload_too_large')
})

test('a body that grows too large on the way is refused, and its connection works on', async () => {
  const { status, text } = await postInPieces(Array.from({ length: 40 }, () => ' '.repeat(65_536)))
  expect(status).toBe(413)
  expect(text).toContain('payload_too_large')
  expect((await postInPieces(['{}'])).status).toBe(200)
})

test('a body in pieces is read whole', async () => {
  const { status, text } = await postInPieces(['{"resour', 'ce":"or', 'ders"}'])
  expect(status).toBe(200)
  expect(text).toContain('"resource":"orders"')
})
