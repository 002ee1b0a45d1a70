import { expect, test } from 'vitest'
import type { KnownAnswer } from './testing/known-answers.ts'
import { refusedAnswers, validAnswers } from './testing/known-answers.ts'
import { codeOf, makeVerifier } from './testing/refusal.ts'
import { keys, signContent } from './testing/tokens.ts'
import { verifyJws } from './testing/verify-jws.ts'

const named = validAnswers.map((answer): [string, KnownAnswer] => [answer.source, answer])

test.each(named)('J46 the signature of %s verifies', async (_source, { jws, jwk, alg }) => {
  await expect(verifyJws(jws, jwk, [alg])).resolves.toBeUndefined()
})

/** The text with one bit of one octet of a segment changed. */
const flip = (jws: string, segment: number, at: number): string => {
  const parts = jws.split('.')
  const octets = Buffer.from(parts[segment] ?? '', 'base64url')
  const index = at % octets.length
  octets[index] = (octets[index] ?? 0) ^ 1
  parts[segment] = octets.toString('base64url')
  return parts.join('.')
}

test.each(named)('J46 %s verifies no more once a bit is changed', async (_source, answer) => {
  for (const segment of [1, 2]) {
    for (const at of [0, 7, 31, 63]) {
      const changed = flip(answer.jws, segment, at)
      await expect(verifyJws(changed, answer.jwk, [answer.alg])).rejects.toThrow('does not verify')
    }
  }
})

test.each(named)('J46 %s verifies with no other key of the RFCs', async (source, { jws, alg }) => {
  const kid = JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString()).kid
  const own = validAnswers.find((answer) => answer.source === source)?.jwk
  for (const { jwk } of validAnswers) {
    if (jwk.n === own?.n && jwk.x === own?.x && jwk.k === own?.k) continue
    await expect(verifyJws(jws, { ...jwk, kid }, [alg])).rejects.toThrow()
  }
})

const everyAlgorithm = ['RS256', 'PS256', 'ES256', 'ES512', 'EdDSA'] as const

test.each(refusedAnswers)('J46 %s is refused: %s', async (_source, why, jws) => {
  const { jwk } = validAnswers[1] as KnownAnswer
  await expect(verifyJws(jws, jwk, everyAlgorithm)).rejects.toThrow(why)
  expect(await codeOf(makeVerifier(), jws)).toBe('token_malformed')
})

test('J46 the critical extension of RFC 7515, appendix E is refused with a signature as well', async () => {
  const [, , jws = ''] = refusedAnswers.find(([source]) => source.endsWith('E')) ?? []
  await expect(verifyJws(`${jws}AAAA`, {}, everyAlgorithm)).rejects.toThrow('critical extensions')
})

test('J46 the access token that RFC 9068, section 2.2 prints is accepted', async () => {
  const header = { typ: 'at+JWT', alg: 'RS256', kid: 'RjEwOwOA' }
  const claims = {
    iss: 'https://authorization-server.example.com/',
    sub: '5ba552d67',
    aud: 'https://rs.example.com/',
    exp: 1639528912,
    iat: 1618354090,
    jti: 'dbe39bf3a3ba4238a513f51d6e1691c4',
    client_id: 's6BhdRkqt3',
    scope: 'openid profile reademail',
  }
  const verifierAt = (seconds: number) =>
    makeVerifier({
      issuer: claims.iss,
      audience: claims.aud,
      algorithms: ['RS256'],
      keys: { ...keys.rs.jwk, kid: header.kid },
      maximumLifetimeSeconds: claims.exp - claims.iat,
      now: () => seconds * 1000,
    })
  const token = signContent(header, claims, keys.rs)
  await expect(verifierAt(claims.iat).verify(token)).resolves.toEqual({ claims, header })
  expect(await codeOf(verifierAt(claims.exp + 5), token)).toBe('token_expired')
})
