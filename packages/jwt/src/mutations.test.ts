import fc from 'fast-check'
import type { CryptoKey, JWK } from 'jose'
import { importJWK, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { authenticate } from './guard/authenticate.ts'
import { makeVerifier } from './testing/refusal.ts'
import {
  audience,
  canary,
  issuer,
  keys,
  makeClaims,
  makeHeader,
  makeToken,
  now,
  signContent,
} from './testing/tokens.ts'

const guard = authenticate({ verifier: makeVerifier() })

const jose = await Promise.all(
  Object.values(keys).map(
    async ({ kid, alg, jwk }) => [kid, await importJWK(jwk as JWK, alg)] as const,
  ),
)
const joseKeys = new Map(jose)

/** What the reference says of a token, given the same expectations. */
const joseAccepts = (token: string): Promise<boolean> =>
  jwtVerify(token, ({ kid }) => joseKeys.get(kid ?? '') as CryptoKey, {
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    issuer,
    audience,
    clockTolerance: 5,
    currentDate: new Date(now()),
  }).then(
    () => true,
    () => false,
  )

/**
 * Sends a token to a guarded API. Anything but a refusal of the client's own fault must be a token
 * that the reference takes as well; anything thrown fails the test by itself.
 */
const judge = async (token: string): Promise<'accepted' | 'refused'> => {
  const header = (name: string) => (name === 'authorization' ? [`Bearer ${token}`] : [])
  const outcome = await guard({ method: 'GET', target: '/', header })
  if (outcome.kind === 'authenticated') {
    if (!(await joseAccepts(token))) throw new Error('jose refuses what was accepted')
    return 'accepted'
  }
  const { status, body } = outcome.refusal
  if (status !== 400 && status !== 401) throw new Error(`answered with ${status}`)
  if (JSON.stringify(body).includes(canary)) throw new Error('the answer shows the token')
  return 'refused'
}

const tokens = Object.values(keys).map((key) => makeToken({ key }))
const token = fc.constantFrom(...tokens)
const position = fc.nat(1200)
const segment = fc.nat(2)

const replaceAt = (text: string, index: number, piece: string): string =>
  text.slice(0, index) + piece + text.slice(index + 1)

const editSegment = (text: string, index: number, edit: (part: string) => string): string =>
  text
    .split('.')
    .map((part, at) => (at === index ? edit(part) : part))
    .join('.')

const flipText = fc.tuple(token, position, fc.nat(7)).map(([text, at, bit]) => {
  const index = at % text.length
  return replaceAt(text, index, String.fromCharCode(text.charCodeAt(index) ^ (1 << bit)))
})

/** Bits of what the text stands for, written canonically again: these come as far as can be. */
const flipOctets = fc
  .tuple(token, segment, position, fc.integer({ min: 1, max: 255 }))
  .map(([text, which, at, mask]) =>
    editSegment(text, which, (part) => {
      const octets = Buffer.from(part, 'base64url')
      const index = at % octets.length
      octets[index] = (octets[index] ?? 0) ^ mask
      return octets.toString('base64url')
    }),
  )

const truncated = fc
  .tuple(token, position, position)
  .map(([text, from, to]) => text.slice(from % 40, text.length - (to % text.length)))

const shortenedOctets = fc
  .tuple(token, segment, position, fc.constantFrom('', 'AA', '{}', '\u0000'))
  .map(([text, which, at, tail]) =>
    editSegment(text, which, (part) => {
      const octets = Buffer.from(part, 'base64url')
      const kept = octets.subarray(0, at % octets.length)
      return Buffer.concat([kept, Buffer.from(tail)]).toString('base64url')
    }),
  )

const pieces = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }),
  fc.constantFrom(
    '\ud800',
    '\u0000',
    '\u200b',
    '\ufeff',
    '\u212a',
    '\uff0e',
    'ſ',
    '=',
    '%2e',
    '\n',
  ),
)

const withUnicode = fc
  .tuple(token, position, pieces)
  .map(([text, at, piece]) => replaceAt(text, at % text.length, piece))

/** Unicode within the content, so that the text itself is fine. */
const unicodeContent = fc
  .tuple(token, fc.nat(1), position, pieces)
  .map(([text, which, at, piece]) =>
    editSegment(text, which, (part) => {
      const content = Buffer.from(part, 'base64url').toString()
      return Buffer.from(replaceAt(content, at % content.length, piece)).toString('base64url')
    }),
  )

const swapped = fc
  .tuple(token, token, token, fc.array(fc.nat(8), { minLength: 1, maxLength: 6 }))
  .map(([a, b, c, picks]) => {
    const parts = `${a}.${b}.${c}`.split('.')
    return picks.map((pick) => parts[pick]).join('.')
  })

const contents = [JSON.stringify(makeHeader(keys.ed)), JSON.stringify(makeClaims())] as const

/** Content that somebody with the key has changed: here the reference accepts many. */
const signedAnew = fc
  .tuple(
    fc.nat(1),
    position,
    fc.oneof(pieces, fc.constantFrom('', ' ', '1', '"', ',', '{', '}', 'e')),
  )
  .map(([which, at, piece]) => {
    const content = contents[which] ?? ''
    const changed = replaceAt(content, at % content.length, piece)
    const [header, claims] = which === 0 ? [changed, contents[1]] : [contents[0], changed]
    return signContent(header, claims, keys.ed)
  })

test.each([
  ['bits of the text flipped', flipText, 12_000],
  ['bits of the octets flipped', flipOctets, 10_000],
  ['the text cut off', truncated, 6_000],
  ['the octets cut off', shortenedOctets, 6_000],
  ['other characters in the text', withUnicode, 4_000],
  ['other characters in the content', unicodeContent, 4_000],
  ['segments swapped', swapped, 4_000],
  ['changed content signed anew', signedAnew, 4_000],
])(
  'J42 %s: nothing uncaught, nothing accepted that jose refuses',
  async (_name, texts, numRuns) => {
    const seen = { accepted: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        seen[await judge(text)] += 1
      }),
      { seed: 20261122, numRuns, endOnFailure: true },
    )
    expect(seen.accepted + seen.refused).toBe(numRuns)
    expect(seen.refused).toBeGreaterThan(numRuns / 2)
  },
)

test('J42 the tokens these texts were made from are accepted, by jose as well', async () => {
  for (const text of tokens) expect(await judge(text)).toBe('accepted')
})
