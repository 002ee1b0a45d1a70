import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import type { JWK } from 'jose'
import { compactVerify, importJWK } from 'jose'
import { expect, test } from 'vitest'
import { headerKeyAttempts, swapAttempts, weakSecretAttempts } from './testing/hostile/algorithm.ts'
import type { Attempt } from './testing/hostile/attempt.ts'
import { everyAttempt } from './testing/hostile/index.ts'
import { ecdsaTwin } from './testing/hostile/signature.ts'
import { formatAttempts, jsonAttempts, limitAttempts, notTexts } from './testing/hostile/text.ts'
import { makeSecret, octets } from './testing/keys.ts'
import { codeOf, makeVerifier } from './testing/refusal.ts'
import type { Members } from './testing/tokens.ts'
import {
  audience,
  encode,
  issuer,
  jwks,
  keys,
  makeClaims,
  makeHeader,
  makeToken,
  now,
  nowSeconds,
  signContent,
  signSegments,
} from './testing/tokens.ts'
import { createVerifier } from './verifier.ts'

const verifier = makeVerifier()
const everyAlgorithm = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
] as const

const attempts = everyAttempt('http://127.0.0.1:9')

/** The hostile tokens of one rule. */
const against = (rule: string) => attempts.filter(([of]) => of === rule)

const refuses = async (...[, , token, code]: Attempt): Promise<void> => {
  expect(await codeOf(verifier, token)).toBe(code)
}

test.each(against('J02'))(
  'J02 algorithms that are not listed, none in every spelling are refused (%s: %s)',
  refuses,
)
test.each(against('J04'))('J04 public keys as secrets are refused (%s: %s)', refuses)
test.each(against('J05'))('J05 keys that come with the token are refused (%s: %s)', refuses)
test.each(against('J06'))('J06 names of keys that are none of ours are refused (%s: %s)', refuses)
test.each(against('J07'))('J07 critical extensions are refused (%s: %s)', refuses)
test.each(against('J08'))('J08 payloads that are not encoded are refused (%s: %s)', refuses)
test.each(against('J09'))('J09 texts that are no compact JWS are refused (%s: %s)', refuses)
test.each(against('J10'))('J10 base64url in other spellings are refused (%s: %s)', refuses)
test.each(against('J11'))('J11 octets that are not UTF-8 are refused (%s: %s)', refuses)
test.each(against('J12'))('J12 repeated member names are refused (%s: %s)', refuses)
test.each(against('J13'))('J13 tokens without measure are refused (%s: %s)', refuses)
test.each(against('J14'))('J14 encrypted tokens are refused (%s: %s)', refuses)
test.each(against('J15'))('J15 signatures that do not verify are refused (%s: %s)', refuses)
test.each(against('J17'))('J17 expired tokens are refused (%s: %s)', refuses)
test.each(against('J18'))('J18 tokens of the future are refused (%s: %s)', refuses)
test.each(against('J19'))('J19 instants that are no numbers are refused (%s: %s)', refuses)
test.each(against('J20'))('J20 lives that no access token has are refused (%s: %s)', refuses)
test.each(against('J21'))('J21 other issuers are refused (%s: %s)', refuses)
test.each(against('J23'))('J23 other audiences are refused (%s: %s)', refuses)
test.each(against('J24'))('J24 other types are refused (%s: %s)', refuses)
test.each(against('J25'))('J25 missing claims are refused (%s: %s)', refuses)
test.each(against('J26'))('J26 other kinds of token are refused (%s: %s)', refuses)
test.each(against('J27'))('J27 identifiers that are none are refused (%s: %s)', refuses)
test.each(against('J30'))('J30 a scope that is no text are refused (%s: %s)', refuses)
test.each(against('J42'))('J42 texts that are not JSON are refused (%s: %s)', refuses)

test('every hostile token belongs to a rule that is tested here', () => {
  const source = readFileSync(new URL(import.meta.url), 'utf8')
  const untested = attempts.filter(([rule]) => !source.includes(`against('${rule}')`))
  expect(untested).toEqual([])
  expect(attempts.length).toBeGreaterThan(700)
})

test.each(swapAttempts)(
  'J03 another algorithm than that of the key is refused (%s: %s)',
  async (...attempt) => {
    const [, , token, code] = attempt
    expect(await codeOf(makeVerifier({ algorithms: everyAlgorithm }), token)).toBe(code)
  },
)

test.each(weakSecretAttempts)(
  'J04 guessed secrets are refused (%s: %s)',
  async (_, _name, token, code) => {
    const secret = makeSecret('HS256', 'hs', octets(32))
    const own = makeVerifier({ algorithms: ['HS256'], keys: secret.jwk })
    expect(await codeOf(own, makeToken({ key: secret }))).toBe('accepted')
    expect(await codeOf(own, token)).toBe(code)
  },
)

test.each(notTexts)('J09 refused, not crashed on: %s', async (_name, value) => {
  expect(await codeOf(verifier, value)).toBe('token_malformed')
})

const controls: readonly (readonly [rule: string, name: string, token: string])[] = [
  ...Object.values(keys).map(
    (key) => ['J02', `signed with ${key.alg}`, makeToken({ key })] as const,
  ),
  ['J05', 'a certificate thumbprint in the header', makeToken({ header: { x5t: 'AAAA' } })],
  ['J07', 'an unknown header parameter', makeToken({ header: { nonce: 'n', rh: '0.A' } })],
  ...[0, 1, 2].map(
    (blanks) =>
      [
        'J10',
        `a payload with ${blanks} more octets`,
        signContent(makeHeader(), JSON.stringify(makeClaims()) + ' '.repeat(blanks)),
      ] as const,
  ),
  ['J11', 'names in UTF-8', makeToken({ claims: { name: 'Zoë Ωmega 漢字 😀' } })],
  [
    'J11',
    'names in escapes',
    signContent(
      makeHeader(),
      `${JSON.stringify(makeClaims()).slice(0, -1)},"name":"\\u0041\\ud83d\\ude00\\/\\n"}`,
    ),
  ],
  [
    'J12',
    'one name in different objects',
    makeToken({
      claims: { a: { sub: 1, a: { sub: 2 } }, b: [{ sub: 1 }, { sub: 2 }, 'sub', 'sub'] },
    }),
  ],
  ['J12', 'names that differ in case', makeToken({ claims: { Sub: 'x', SUB: 'y' } })],
  [
    'J12',
    'blanks between the members',
    signContent(JSON.stringify(makeHeader(), null, 2), JSON.stringify(makeClaims(), null, '\t')),
  ],
  ['J12', 'brackets and quotes in a text', makeToken({ claims: { x: '{"a":[}],\\"a\\":' } })],
  [
    'J13',
    'lists as deep as allowed',
    makeToken({ claims: { x: JSON.parse('['.repeat(15) + ']'.repeat(15)) } }),
  ],
  ['J13', 'a sub of 255 characters', makeToken({ claims: { sub: 'a'.repeat(255) } })],
  ['J13', 'twelve thousand characters', makeToken({ claims: { x: 'a'.repeat(8700) } })],
  ['J15', 'the second signature of ECDSA', ecdsaTwin(makeToken())],
  ['J17', 'exp four seconds ago', makeToken({ claims: { exp: nowSeconds - 4 } })],
  ['J17', 'exp with a fraction', makeToken({ claims: { exp: nowSeconds + 1.5 } })],
  ['J18', 'nbf five seconds ahead', makeToken({ claims: { nbf: nowSeconds + 5 } })],
  ['J18', 'nbf long ago', makeToken({ claims: { nbf: nowSeconds - 9999 } })],
  ['J20', 'iat five seconds ahead', makeToken({ claims: { iat: nowSeconds + 5 } })],
  ['J20', 'a life of a day', makeToken({ claims: { exp: nowSeconds - 10 + 86_400 } })],
  ['J23', 'aud as a list of one', makeToken({ claims: { aud: [audience] } })],
  [
    'J23',
    'aud as a list of several',
    makeToken({ claims: { aud: ['https://a.example', audience] } }),
  ],
  ['J24', 'typ with application/', makeToken({ header: { typ: 'application/at+jwt' } })],
  ['J24', 'typ in another case', makeToken({ header: { typ: 'AT+JWT' } })],
  ['J24', 'typ in full and another case', makeToken({ header: { typ: 'Application/At+Jwt' } })],
  ['J25', 'no scope and no roles', makeToken({ claims: { scope: undefined, roles: undefined } })],
  ['J27', 'a sub in another script', makeToken({ claims: { sub: 'ユーザー|42' } })],
  ['J30', 'an empty scope', makeToken({ claims: { scope: '' } })],
  ['J44', 'a bound token, for who checks its proof', makeToken({ claims: { cnf: { jkt: 'x' } } })],
]

test.each(controls)('%s accepted: %s', async (_rule, _name, token) => {
  expect(await codeOf(verifier, token)).toBe('accepted')
})

test('J16 the answer is the claims and the header of the token, whole', async () => {
  const token = makeToken({ claims: { tenant: { id: 7 } }, header: { rh: 'x' } })
  await expect(verifier.verify(token)).resolves.toEqual({
    claims: makeClaims({ tenant: { id: 7 } }),
    header: makeHeader(keys.es, { rh: 'x' }),
  })
})

test('J31 a claim named __proto__ stays an ordinary member', async () => {
  const text = `${JSON.stringify(makeClaims()).slice(0, -1)},"__proto__":{"role":"admin"}}`
  const { claims } = await verifier.verify(signContent(makeHeader(), text))
  expect(claims.role).toBeUndefined()
  expect(Object.getPrototypeOf(claims)).toBe(Object.prototype)
  expect(({} as Members).role).toBeUndefined()
})

const tokenOfLength = (length: number): string => {
  const bare = makeToken({ header: { x: '' }, claims: { x: '' } }).length
  const room = Math.floor(((length - bare) * 3) / 4)
  for (let index = 0; index < 16; index += 1) {
    const header = { x: 'a'.repeat(index % 4) }
    const claims = { x: 'a'.repeat(room - Math.floor(index / 4)) }
    const token = makeToken({ header, claims })
    if (token.length === length) return token
  }
  throw new Error('no token of that length')
}

test('J13 a token of exactly 16384 characters is read, one more is not', async () => {
  expect(await codeOf(verifier, tokenOfLength(16_384))).toBe('accepted')
  expect(await codeOf(verifier, tokenOfLength(16_385))).toBe('token_malformed')
})

test('J13 no key is looked up for a token whose text is refused', async () => {
  const asked: string[] = []
  const counting = makeVerifier({
    keys: {
      find: async (kid) => {
        asked.push(kid)
        return keys.es.jwk
      },
    },
  })
  const textAttempts = [...formatAttempts, ...jsonAttempts, ...limitAttempts].filter(
    ([, , , code]) => code === 'token_malformed',
  )
  for (const [, , token] of textAttempts) await codeOf(counting, token)
  expect(asked).toEqual([])
  expect(await codeOf(counting, makeToken())).toBe('accepted')
  expect(asked).toEqual(['es'])
})

test('J14 a bomb of a JWE is refused within a blink', async () => {
  const header = encode({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2 ** 31, zip: 'DEF' })
  const startedAt = performance.now()
  expect(await codeOf(verifier, `${header}.AAAA.AAAA.${'A'.repeat(16_000)}.AAAA`)).toBe(
    'token_malformed',
  )
  expect(await codeOf(verifier, `${header}.AAAA.AAAA`)).toBe('token_malformed')
  // What it asks for would take many minutes.
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})

test('J05 nothing is fetched that a header names', async () => {
  let hits = 0
  const server = createServer((_, response) => {
    hits += 1
    response.end(JSON.stringify(jwks))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  for (const [, , token] of headerKeyAttempts(`http://127.0.0.1:${port}`)) {
    expect(await codeOf(verifier, token)).not.toBe('accepted')
  }
  server.close()
  expect(hits).toBe(0)
})

const secondIssuer = 'https://other.example'
const several = makeVerifier({
  issuer: undefined,
  keys: undefined,
  issuers: [
    { issuer, keys: keys.es.jwk },
    { issuer: secondIssuer, keys: { ...keys.rs.jwk } },
  ],
} as never)

test('J22 each of several issuers is verified with its own keys only', async () => {
  const other = { iss: secondIssuer }
  expect(await codeOf(several, makeToken())).toBe('accepted')
  expect(await codeOf(several, makeToken({ key: keys.rs, claims: other }))).toBe('accepted')
  expect(await codeOf(several, makeToken({ key: keys.rs }))).toBe('key_unknown')
  expect(await codeOf(several, makeToken({ claims: other }))).toBe('key_unknown')
  const own = { ...keys.rs, kid: 'es' }
  expect(await codeOf(several, makeToken({ key: own }))).toBe('algorithm_not_allowed')
  expect(await codeOf(several, makeToken({ claims: { iss: 'https://third.example' } }))).toBe(
    'claim_mismatch',
  )
})

test('J22 two issuers may use one kid', async () => {
  const theirs = { ...keys.ed, kid: 'es' }
  const both = createVerifier({
    audience,
    algorithms: ['ES256', 'EdDSA'],
    issuers: [
      { issuer, keys: keys.es.jwk },
      { issuer: secondIssuer, keys: { ...keys.ed.jwk, kid: 'es' } },
    ],
    now,
  })
  const other = { iss: secondIssuer }
  expect(await codeOf(both, makeToken())).toBe('accepted')
  expect(await codeOf(both, makeToken({ key: theirs, claims: other }))).toBe('accepted')
  expect(await codeOf(both, makeToken({ key: theirs }))).toBe('algorithm_not_allowed')
  expect(await codeOf(both, makeToken({ claims: other }))).toBe('algorithm_not_allowed')
})

test('J23 any of the configured audiences will do, and no other', async () => {
  const two = makeVerifier({ audience: [audience, 'https://old-api.example'] })
  expect(await codeOf(two, makeToken())).toBe('accepted')
  expect(await codeOf(two, makeToken({ claims: { aud: 'https://old-api.example' } }))).toBe(
    'accepted',
  )
  expect(await codeOf(two, makeToken({ claims: { aud: 'https://new-api.example' } }))).toBe(
    'claim_mismatch',
  )
})

test('J24 the typ rule is relaxed for one issuer only when that is said', async () => {
  const jwt = makeToken({ header: { typ: 'JWT' } })
  const silent = makeToken({ header: { typ: undefined } })
  const listed = makeVerifier({ typ: ['at+jwt', 'JWT'] })
  expect(await codeOf(listed, jwt)).toBe('accepted')
  expect(await codeOf(listed, makeToken())).toBe('accepted')
  expect(await codeOf(listed, silent)).toBe('typ_mismatch')
  expect(await codeOf(listed, makeToken({ header: { typ: 'dpop+jwt' } }))).toBe('typ_mismatch')
  const any = makeVerifier({ typ: 'any' })
  expect(await codeOf(any, jwt)).toBe('accepted')
  expect(await codeOf(any, silent)).toBe('accepted')
  expect(await codeOf(any, makeToken({ header: { typ: ['JWT'] } }))).toBe('typ_mismatch')
})

test.each([
  ['dpop+jwt', 'typ_mismatch'],
  ['logout+jwt', 'typ_mismatch'],
  ['application/secevent+jwt', 'typ_mismatch'],
  ['RT+JWT', 'typ_mismatch'],
  ['at+jwt', 'accepted'],
  ['Bearer', 'accepted'],
])('J26 where any typ is taken, %s is %s', async (typ, code) => {
  expect(await codeOf(makeVerifier({ typ: 'any' }), makeToken({ header: { typ } }))).toBe(code)
})

test.each(['events', 'at_hash', 'c_hash'])(
  'J26 where typ does not tell, %s shows another kind of token',
  async (claim) => {
    const token = makeToken({ claims: { [claim]: 'x' } })
    expect(await codeOf(verifier, token)).toBe('accepted')
    expect(await codeOf(makeVerifier({ typ: 'any' }), token)).toBe('claim_invalid')
    expect(await codeOf(makeVerifier({ typ: ['JWT', 'at+jwt'] }), token)).toBe('claim_invalid')
  },
)

test('J25 an issuer may be allowed to leave out client_id and jti', async () => {
  const auth0 = makeVerifier({ typ: ['JWT'], optionalClaims: ['client_id', 'jti'] })
  const claims = { client_id: undefined, jti: undefined, azp: 'spa' }
  const header = { typ: 'JWT' }
  expect(await codeOf(auth0, makeToken({ header, claims }))).toBe('accepted')
  expect(await codeOf(auth0, makeToken({ header, claims: { ...claims, jti: {} } }))).toBe(
    'claim_invalid',
  )
  expect(await codeOf(auth0, makeToken({ header, claims: { sub: undefined } }))).toBe(
    'claim_missing',
  )
})

test('J28 the same sub of two issuers is two identities, and an e-mail is none', async () => {
  const first = await several.verify(makeToken({ claims: { email: 'a@example.com' } }))
  const renamed = await several.verify(makeToken({ claims: { email: 'b@example.com' } }))
  const other = await several.verify(makeToken({ key: keys.rs, claims: { iss: secondIssuer } }))
  const identityOf = ({ claims }: typeof first) => `${claims.iss} ${claims.sub}`
  expect(identityOf(renamed)).toBe(identityOf(first))
  expect(identityOf(other)).not.toBe(identityOf(first))
})

test.each([
  [0, 0, 'token_expired'],
  [0, 1, 'accepted'],
  [5, -5, 'token_expired'],
  [5, -4, 'accepted'],
  [10, -10, 'token_expired'],
  [10, -9, 'accepted'],
])('J17 leeway %d s, exp %d s from now: %s', async (leewaySeconds, ahead, code) => {
  const token = makeToken({ claims: { exp: nowSeconds + ahead } })
  expect(await codeOf(makeVerifier({ leewaySeconds }), token)).toBe(code)
})

test('J17 a token dies while the clock moves', async () => {
  let seconds = nowSeconds
  const ageing = makeVerifier({ now: () => seconds * 1000 })
  const token = makeToken()
  expect(await codeOf(ageing, token)).toBe('accepted')
  seconds += 304
  expect(await codeOf(ageing, token)).toBe('accepted')
  seconds += 1
  expect(await codeOf(ageing, token)).toBe('token_expired')
})

test('J20 the longest life is configurable', async () => {
  const strict = makeVerifier({ maximumLifetimeSeconds: 310 })
  expect(await codeOf(strict, makeToken())).toBe('accepted')
  expect(await codeOf(strict, makeToken({ claims: { exp: nowSeconds + 301 } }))).toBe(
    'claim_invalid',
  )
})

const mutate = (token: string, at: number, insert: string, remove: number): string => {
  const index = at % (token.length + 1)
  return token.slice(0, index) + insert + token.slice(index + remove)
}

const mutation = fc.tuple(
  fc.nat(2000),
  fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.string({ unit: 'grapheme', maxLength: 2 }),
    fc.constantFrom('', 'A', '-', '_', '=', '.', '..', '\u0000', 'e30', '\ud800'),
  ),
  fc.nat(3),
)

test('J42 mutated texts of a token are refused with a typed error, all but the token itself', async () => {
  const tokens = Object.values(keys).map((key) => makeToken({ key }))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...tokens), mutation, async (token, [at, insert, remove]) => {
      const mutated = mutate(token, at, insert, remove)
      fc.pre(mutated !== token)
      expect(await codeOf(verifier, mutated)).not.toBe('accepted')
    }),
    { numRuns: 2500 },
  )
})

test('J42 any text and any value is refused with a typed error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.base64String()),
      async (value) => {
        expect(await codeOf(verifier, value)).not.toBe('accepted')
      },
    ),
    { numRuns: 500 },
  )
})

test('J42 genuinely signed mutated contents never crash, and what passes is what jose verifies', async () => {
  const key = await importJWK(keys.es.jwk as JWK, 'ES256')
  const header = JSON.stringify(makeHeader())
  const claims = JSON.stringify(makeClaims())
  await fc.assert(
    fc.asyncProperty(mutation, fc.boolean(), async ([at, insert, remove], isHeader) => {
      const token = isHeader
        ? signContent(mutate(header, at, insert, remove), claims)
        : signContent(header, mutate(claims, at, insert, remove))
      if ((await codeOf(verifier, token)) !== 'accepted') return
      await compactVerify(token, key, { algorithms: ['ES256'] })
    }),
    { numRuns: 1500 },
  )
})

test('J12 JSON that is read is read as the platform reads it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
      const text = `${JSON.stringify(makeClaims()).slice(0, -1)},"x":${JSON.stringify(value)}}`
      const token = signSegments(encode(makeHeader()), encode(text))
      if (/\\ud[89a-f]/i.test(text)) return
      const { claims } = await verifier.verify(token)
      expect(claims.x).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 500 },
  )
})
