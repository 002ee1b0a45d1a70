import { expect, test } from 'vitest'
import { createIdHasher } from './create-id-hasher.ts'
import { createServerLog } from './create-server-log.ts'

const key = Buffer.alloc(32, 1).toString('base64url')
const otherKey = Buffer.alloc(32, 2).toString('base64url')

const write = (fields: Readonly<Record<string, unknown>>, level: 'info' | 'error' = 'info') => {
  const lines: string[] = []
  const heard: unknown[] = []
  const log = createServerLog({
    level,
    hashId: createIdHasher([key]),
    now: () => 1_800_000_000_000,
    destination: { write: (line) => void lines.push(line) },
    onLine: (name, { event }) => heard.push([name, event]),
  })
  log.info(fields, 'Something happened.')
  return { lines, heard }
}

test('B124 ids are hashed with a key, the same in every process that has it', () => {
  const hash = createIdHasher([key])
  expect(hash('alice')).toBe(createIdHasher([key, otherKey])('alice'))
  expect(hash('alice')).not.toBe(createIdHasher([otherKey, key])('alice'))
  expect(hash('alice')).not.toBe(hash('bob'))
  const { lines } = write({ event: 'x.y', sid: 'the-sid', subject: 'alice', client: '127.0.0.1' })
  expect(lines.join('')).not.toMatch(/the-sid|alice|127\.0\.0\.1/)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ sid: hash('the-sid'), subject: hash('alice') })
})

test.each([
  'token',
  'access_token',
  'refreshToken',
  'clientSecret',
  'Cookie',
  'set-cookie',
  'authorization',
  'password',
  'codeVerifier',
  'nonce',
  'client_assertion',
])('B124 a field named %s is not written, whoever put it there', (name) => {
  const { lines } = write({ event: 'x.y', [name]: 'a-secret' })
  expect(lines.join('')).not.toContain('a-secret')
})

test.each(['\n', '\r\n', '\u2028', '"}\n{"level":"error"', '\u001b[2J'])(
  'B124 a value with %j stays within its line',
  (text) => {
    const { lines } = write({ event: 'x.y', code: `a${text}b` })
    expect(lines).toHaveLength(1)
    expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ code: `a${text}b`, level: 'info' })
  },
)

test('a line below the level is counted and not written', () => {
  const { lines, heard } = write({ event: 'x.y' }, 'error')
  expect(lines).toEqual([])
  expect(heard).toEqual([['info', 'x.y']])
})
