import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkBundle } from './bundle.mjs'

interface Client {
  readonly code: string
  readonly types?: string
  readonly manifest?: object
}

/** What the check says of a client with this content; `undefined` when it has no objection. */
const verdictOn = async ({ code, types = '', manifest = {} }: Client) => {
  const folder = await mkdtemp(join(tmpdir(), 'coatcheck-bundle-'))
  try {
    await mkdir(join(folder, 'dist'))
    await writeFile(join(folder, 'dist/index.js'), code)
    await writeFile(join(folder, 'dist/index.d.ts'), types)
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'client', ...manifest }))
    return await checkBundle(folder).then(
      () => undefined,
      (error: Error) => error.message,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const forbidden: readonly string[] = [
  "localStorage.setItem('a', 'b')",
  "window.sessionStorage.a = 'b'",
  "indexedDB.open('a')",
  "caches.open('a')",
  "document.cookie = 'a=b'",
  "cookieStore.set('a', 'b')",
  "eval('1')",
  "new Function('return 1')()",
  "document.body.innerHTML = ''",
  "document.body.insertAdjacentHTML('afterend', '')",
  "navigator.locks.request('a', () => {})",
  "console.log({ client_secret: 'a' })",
  "console.log('code_verifier')",
  "console.log('grant_type=refresh')",
  "console.log('refresh_token')",
  "console.log('id_token')",
  "console.log('-----BEGIN PRIVATE KEY-----')",
  "console.log({ kty: 'RSA', dp: 'a' })",
]

test.each(forbidden)('the bundle check refuses %s', async (code) => {
  expect(await verdictOn({ code })).toMatch(/^The client's core has\n {2}\S/)
})

test.each(['react', 'vue', 'ky', 'msw', 'jose', 'oidc-client-ts', 'lodash', '@coatcheck/wire'])(
  'the bundle check refuses an import of %s',
  async (name) => {
    expect(await verdictOn({ code: `import '${name}'` })).toContain(`an import of ${name}`)
  },
)

test('the bundle check refuses a dependency that is not even imported', async () => {
  const manifest = { dependencies: { jose: '6.0.0' } }
  expect(await verdictOn({ code: 'console.log(1)', manifest })).toContain('a dependency on jose')
})

test('the bundle check refuses types of a package that is not published', async () => {
  const types = "export type { Problem } from '@coatcheck/wire'"
  expect(await verdictOn({ code: 'console.log(1)', types })).toContain('@coatcheck/wire')
})

test('the bundle check refuses an empty bundle', async () => {
  expect(await verdictOn({ code: 'export {}' })).toContain('nothing in it')
})

test('the bundle check accepts words in comments, and members that only look alike', async () => {
  const code = [
    '/** Never in localStorage, never by eval. */',
    '// no refresh_token here',
    'export const evaluate = (a) => a.unlocked + a.reactive + a.cookies',
  ]
  expect(await verdictOn({ code: code.join('\n') })).toBeUndefined()
})
