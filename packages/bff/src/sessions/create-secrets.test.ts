import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSecrets } from './create-secrets.ts'

const [oldKey, newKey, otherKey] = [1, 2, 3].map((fill) =>
  Buffer.alloc(32, fill).toString('base64url'),
) as [string, string, string]

const secretsOf = (...keys: string[]) => createSecrets({ keys, randomBytes })

const sid = 'A'.repeat(22)

test('B43 a secret is 256 random bits and a MAC, and never the same twice', () => {
  const secrets = secretsOf(newKey)
  const issued = Array.from({ length: 1_000 }, () => secrets.issue(sid))
  for (const secret of issued) expect(secret).toMatch(/^[\w-]{64}$/)
  expect(new Set(issued.map((secret) => secret.slice(0, 40))).size).toBe(1_000)
})

test('a secret is known again for its session alone', () => {
  const secrets = secretsOf(newKey)
  const secret = secrets.issue(sid)
  expect(secrets.isAuthentic(sid, secret)).toBe(true)
  expect(secrets.isAuthentic(`B${sid.slice(1)}`, secret)).toBe(false)
  expect(secrets.isAuthentic('', secret)).toBe(false)
})

test('B53 the first key makes secrets and every key knows its own', () => {
  const before = secretsOf(oldKey).issue(sid)
  const rotated = secretsOf(newKey, oldKey)
  expect(rotated.isAuthentic(sid, before)).toBe(true)
  expect(secretsOf(newKey).isAuthentic(sid, rotated.issue(sid))).toBe(true)
  expect(secretsOf(oldKey).isAuthentic(sid, rotated.issue(sid))).toBe(false)
  expect(secretsOf(otherKey).isAuthentic(sid, before)).toBe(false)
})

test('B27 no bit of a secret can be changed, cut, extended or spelt in another way', () => {
  const secrets = secretsOf(newKey)
  const secret = secrets.issue(sid)
  const bytes = Buffer.from(secret, 'base64url')
  const flipped = Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    return changed.toString('base64url')
  })
  const cuts = Array.from({ length: secret.length }, (_, end) => secret.slice(0, end))
  const others = [`${secret}A`, `${secret}=`, ` ${secret}`, bytes.toString('hex'), 'A'.repeat(64)]
  for (const forged of [...flipped, ...cuts, ...others]) {
    expect([forged, secrets.isAuthentic(sid, forged)]).toEqual([forged, false])
  }
})

test('secrets without a key are not made', () => {
  expect(() => secretsOf()).toThrow(TypeError)
})
