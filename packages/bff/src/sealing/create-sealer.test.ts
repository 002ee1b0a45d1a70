import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSealer } from './create-sealer.ts'

const [oldKey, newKey, otherKey] = [1, 2, 3].map((fill) =>
  Buffer.alloc(32, fill).toString('base64url'),
) as [string, string, string]

const sealerOf = (keys: readonly string[], purpose = 'test') =>
  createSealer({ keys, purpose, randomBytes })

const text = JSON.stringify({ token: 'a-secret-of-some-length', name: 'Zoë' })

test('B44 what was sealed is opened at its place, and shows nothing before', () => {
  const sealer = sealerOf([newKey])
  const sealed = sealer.seal(text, 'place')
  expect(sealer.open(sealed, 'place')).toBe(text)
  expect(sealed).toMatch(/^[\w-]+$/)
  const bytes = Buffer.from(sealed, 'base64url').toString('latin1')
  expect(bytes).not.toContain('token')
  expect(bytes).not.toContain('secret')
})

test('B44 the same text is never sealed the same way twice', () => {
  const sealer = sealerOf([newKey])
  const sealed = Array.from({ length: 1000 }, () => sealer.seal(text, 'place'))
  expect(new Set(sealed.map((value) => value.slice(0, 16))).size).toBe(1000)
})

test('B44 the first key seals and every key opens', () => {
  const before = sealerOf([oldKey]).seal(text, 'place')
  const rotated = sealerOf([newKey, oldKey])
  expect(rotated.open(before, 'place')).toBe(text)
  const after = rotated.seal(text, 'place')
  expect(sealerOf([newKey]).open(after, 'place')).toBe(text)
  expect(sealerOf([oldKey]).open(after, 'place')).toBeUndefined()
})

test('B44 another key, purpose or place opens nothing', () => {
  const sealed = sealerOf([newKey]).seal(text, 'place')
  expect(sealerOf([otherKey]).open(sealed, 'place')).toBeUndefined()
  expect(sealerOf([newKey], 'another').open(sealed, 'place')).toBeUndefined()
  expect(sealerOf([newKey]).open(sealed, 'another')).toBeUndefined()
  expect(sealerOf([newKey]).open(sealed, '')).toBeUndefined()
})

test('B44 no bit of it can be changed', () => {
  const sealer = sealerOf([newKey])
  const bytes = Buffer.from(sealer.seal(text, 'place'), 'base64url')
  const opened = Array.from({ length: bytes.length * 8 }, (_, bit) => {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    return sealer.open(changed.toString('base64url'), 'place')
  })
  expect(opened.filter((value) => value !== undefined)).toEqual([])
})

test('B44 it cannot be cut, extended or spelt in another way', () => {
  const sealer = sealerOf([newKey])
  const sealed = sealer.seal(text, 'place')
  const cuts = Array.from({ length: sealed.length }, (_, end) => sealed.slice(0, end))
  const spellings = [
    `${sealed}A`,
    `${sealed}AAAA`,
    `${sealed}=`,
    ` ${sealed}`,
    `${sealed}\n`,
    `${sealed.slice(0, 5)}.${sealed.slice(5)}`,
    Buffer.from(sealed, 'base64url').toString('base64'),
    Buffer.from(sealed, 'base64url').toString('hex'),
    text,
    Buffer.from(text).toString('base64url'),
    '__proto__',
  ].filter((value) => value !== sealed)
  const opened = [...cuts, ...spellings].map((value) => sealer.open(value, 'place'))
  expect(opened.filter((value) => value !== undefined)).toEqual([])
})

test('a sealer without a key is not made', () => {
  expect(() => sealerOf([])).toThrow(TypeError)
})

test('B53 what an older key sealed is sealed anew, and nothing else is', () => {
  const before = sealerOf([oldKey]).seal(text, 'place')
  const rotated = sealerOf([newKey, oldKey])
  const after = rotated.sealAnew(before, 'place') ?? ''
  expect(sealerOf([newKey]).open(after, 'place')).toBe(text)
  expect(rotated.sealAnew(after, 'place')).toBeUndefined()
  expect(rotated.sealAnew(before, 'another')).toBeUndefined()
  expect(rotated.sealAnew(sealerOf([otherKey]).seal(text, 'place'), 'place')).toBeUndefined()
  expect(rotated.sealAnew('garbage', 'place')).toBeUndefined()
})
