import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, type Served, serve, writeFiles } from '../testing/served.ts'

const page = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let served: Served
beforeAll(async () => {
  served = await serve({
    prepare: (folder) => {
      writeFiles(folder, { 'secret.txt': 'top-secret', 'public/assets/big-0a1b2c3d.css': 'plain' })
      writeFiles(folder, { 'public/assets/big-0a1b2c3d.css.br': 'brotli' })
      writeFiles(folder, { 'public/assets/big-0a1b2c3d.css.gz': 'gzip' })
      writeFiles(folder, { 'public/assets/app-settings.json': '{}' })
      writeFiles(folder, { 'public/assets/page-2-settings.json': '{}' })
      symlinkSync(join(folder, 'secret.txt'), join(folder, 'public/link.txt'))
      symlinkSync(folder, join(folder, 'public/up'))
      symlinkSync(join(folder, 'gone.txt'), join(folder, 'public/gone.txt'))
      symlinkSync(join(folder, 'public/logo.svg'), join(folder, 'public/inside.svg'))
    },
  })
})
afterAll(() => served.close())

test.each([
  ['/', 'text/html; charset=utf-8', 'App'],
  ['/index.html', 'text/html; charset=utf-8', 'App'],
  ['/about/', 'text/html; charset=utf-8', 'About'],
  ['/orders/7', 'text/html; charset=utf-8', 'App'],
  ['/users/john.doe', 'text/html; charset=utf-8', 'App'],
  ['/logo.svg', 'image/svg+xml', '<svg'],
  ['/inside.svg', 'image/svg+xml', '<svg'],
  ['/assets/app-3f9c2b1a.js', 'text/javascript; charset=utf-8', 'log(1)'],
  ['/.well-known/security.txt', 'text/plain; charset=utf-8', 'Contact'],
])('a browser that navigates to %s gets %s', async (path, type, content) => {
  const answer = await ask(served.origin, path, { headers: page })
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toBe(type)
  expect(answer.text).toContain(content)
})

test.each(['/orders/7', '/missing.js', '/assets/app-00000000.js', '/api/orders'])(
  'a script that fetches %s is told that there is nothing',
  async (path) => {
    const answer = await ask(served.origin, path, { headers: { accept: '*/*' } })
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'not_found', retry: 'never' })
  },
)

test('a file of an older build is not answered by the page', async () => {
  expect((await ask(served.origin, '/assets/gone-00000000.js', { headers: page })).status).toBe(404)
})

const upwards = [
  '/../secret.txt',
  '/../../../../etc/passwd',
  '/assets/../../secret.txt',
  '/..%2fsecret.txt',
  '/..%2Fsecret.txt',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/.%2e/secret.txt',
  '/%2e./secret.txt',
  '/..%252fsecret.txt',
  '/%252e%252e%252fsecret.txt',
  '/..%5csecret.txt',
  '/..\\secret.txt',
  '/%5c..%5csecret.txt',
  '/....//secret.txt',
  '/..;/secret.txt',
  '/..%00/secret.txt',
  '/index.html%00.js',
  '/secret.txt%00index.html',
  '/..%c0%afsecret.txt',
  '/%c0%ae%c0%ae/secret.txt',
  '/%u002e%u002e/secret.txt',
  '/%zz',
  '/%',
  '//etc/passwd',
  '/%2fetc%2fpasswd',
  '/./index.html/../../secret.txt',
  '/link.txt',
  '/gone.txt',
  '/up/secret.txt',
  '/up/public/index.html',
  '/.env',
  '/%2eenv',
  '/assets/..%2f.env',
  '/.git/config',
  '/index.html/',
  '/index.html/../.env',
  '/file:///etc/passwd',
  '/C:/Windows/win.ini',
  '/%0d%0aSet-Cookie:a=b',
  '/__proto__',
  '/constructor',
  '/toString',
]
test.each(upwards)('%s leads to nothing outside the folder', async (path) => {
  const answer = await ask(served.origin, path, { headers: { accept: '*/*' } })
  expect([400, 404]).toContain(answer.status)
  expect(answer.text).not.toMatch(/top-secret|SECRET=1|root:/)
  const asPage = await ask(served.origin, path, { headers: page })
  expect([200, 400, 404]).toContain(asPage.status)
  expect(asPage.text).not.toMatch(/top-secret|SECRET=1|root:/)
  expect(asPage.headers['set-cookie']).toBeUndefined()
})

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])(
  '%s is not for files',
  async (method) => {
    const answer = await ask(served.origin, '/index.html', { method })
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBe('GET, HEAD')
  },
)

test('HEAD answers with the headers alone', async () => {
  const answer = await ask(served.origin, '/logo.svg', { method: 'HEAD' })
  expect(answer).toMatchObject({ status: 200, text: '' })
  expect(Number(answer.headers['content-length'])).toBeGreaterThan(0)
})

test('an unchanged file is not sent again', async () => {
  const { headers } = await ask(served.origin, '/', { headers: page })
  const again = await ask(served.origin, '/', {
    headers: { ...page, 'if-none-match': String(headers.etag) },
  })
  expect(again).toMatchObject({ status: 304, text: '' })
})

test.each([
  ['br, gzip', 'br', 'brotli'],
  ['gzip', 'gzip', 'gzip'],
  ['identity', undefined, 'plain'],
  ['br;q=0, gzip;q=0', undefined, 'plain'],
])('Accept-Encoding: %s receives the variant %s', async (accepted, encoding, content) => {
  const answer = await ask(served.origin, '/assets/big-0a1b2c3d.css', {
    headers: { 'accept-encoding': accepted },
  })
  expect(answer.headers['content-encoding']).toBe(encoding)
  expect(answer.headers['content-type']).toBe('text/css; charset=utf-8')
  expect(answer.headers.vary).toContain('Accept-Encoding')
  expect(answer.text).toBe(content)
})

test.each([
  ['/', 'no-cache'],
  ['/logo.svg', 'no-cache'],
  ['/assets/plain.js', 'no-cache'],
  ['/assets/app-3f9c2b1a.js', 'public, max-age=31536000, immutable'],
  ['/assets/app-settings.json', 'no-cache'],
  ['/assets/page-2-settings.json', 'no-cache'],
  ['/missing', 'no-store'],
])('%s may be kept: %s', async (path, cacheControl) => {
  const answer = await ask(served.origin, path)
  expect(answer.headers['cache-control']).toBe(cacheControl)
})
