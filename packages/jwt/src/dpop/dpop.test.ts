import { createSecretKey } from 'node:crypto'
import { createMemoryStore } from '@coatcheck/store'
import { expect, test } from 'vitest'
import type { AuthenticateOptions } from '../guard/authenticate.ts'
import { authenticate } from '../guard/authenticate.ts'
import type { GuardedRequest } from '../guard/guarded-request.ts'
import type { Refusal } from '../guard/refusal.ts'
import { makeRequest } from '../testing/guarded-request.ts'
import { makeEcKey, makeEdKey, makeRsaKey, octets } from '../testing/keys.ts'
import {
  bareJwk,
  clientKey,
  makeBoundToken,
  makeProof,
  otherKey,
  publicUrl,
  thumbprintOf,
} from '../testing/proofs.ts'
import { makeVerifier, misconfiguration } from '../testing/refusal.ts'
import type { Members } from '../testing/tokens.ts'
import { canary, makeToken, now, nowSeconds, signContent } from '../testing/tokens.ts'
import type { DpopOptions } from './dpop-options.ts'

const verifier = makeVerifier()
const token = makeBoundToken()
const challenge = 'DPoP realm="api", algs="ES256 PS256 EdDSA Ed25519"'
const badProof =
  'DPoP realm="api", error="invalid_dpop_proof", error_description="The DPoP proof is not valid", algs="ES256 PS256 EdDSA Ed25519"'

const setUp = (dpop: Partial<DpopOptions> = {}, options: Partial<AuthenticateOptions> = {}) =>
  authenticate({
    verifier,
    dpop: { publicUrl, replay: createMemoryStore({ now }), now, ...dpop },
    ...options,
  })

type Headers = Readonly<Record<string, string | readonly string[]>>
type Rest = Partial<Omit<GuardedRequest, 'header'>>

const proven = (proof: string | readonly string[], rest: Rest = {}, withToken = token) =>
  makeRequest({ authorization: `DPoP ${withToken}`, dpop: proof }, rest)

const outcomeOf = async (request: GuardedRequest, check = setUp()): Promise<string | undefined> => {
  const outcome = await check(request)
  return outcome.kind === 'refused' ? (outcome.refusal.reason ?? outcome.refusal.code) : 'accepted'
}

const refusalOf = async (request: GuardedRequest, check = setUp()): Promise<Refusal> => {
  const outcome = await check(request)
  if (outcome.kind !== 'refused') throw new Error('was accepted')
  return outcome.refusal
}

test('J45 a bound token with its proof is accepted', async () => {
  const outcome = await setUp()(proven(makeProof(token)))
  expect(outcome).toMatchObject({
    kind: 'authenticated',
    auth: { claims: { sub: canary, cnf: { jkt: thumbprintOf(clientKey) } } },
    headers: {},
    exposeHeaders: [],
  })
})

test.each(['DPoP', 'dpop', 'DPOP'])('J45 the scheme %s is accepted', async (scheme) => {
  const headers = { authorization: `${scheme} ${token}`, dpop: makeProof(token) }
  expect(await outcomeOf(makeRequest(headers))).toBe('accepted')
})

test('J45 keys of every allowed kind can prove', async () => {
  const kinds = [
    makeEcKey('ES256', 'k'),
    makeEdKey('EdDSA', 'k'),
    makeEdKey('Ed25519', 'k'),
    makeRsaKey('PS256', 'k'),
  ]
  for (const key of kinds) {
    const bound = makeBoundToken({}, key)
    const request = proven(makeProof(bound, { key }), {}, bound)
    expect(await outcomeOf(request), key.alg).toBe('accepted')
  }
})

// RFC 9449, figures 2, 13 and 14, and section 6.1.
const rfcHeader =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19'
const rfcTokenProof = `${rfcHeader}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`
const rfcResourceProof = `${rfcHeader}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`
const rfcToken = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU'
const rfcThumbprint = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'

/** The RFC's token is opaque, so somebody else has to know what it stands for. */
const rfcGuard = (jkt: string) => {
  const rfcNow = () => 1_562_262_618_000
  return setUp(
    {
      publicUrl: 'https://resource.example.org',
      now: rfcNow,
      replay: createMemoryStore({ now: rfcNow }),
    },
    {
      verifier: {
        verify: async () =>
          ({ claims: { sub: 'rfc', cnf: { jkt } }, header: { alg: 'ES256', kid: 'rfc' } }) as never,
      },
    },
  )
}

const rfcRequest = (proof: string, changes: Rest = {}) =>
  makeRequest(
    { authorization: `DPoP ${rfcToken}`, dpop: proof },
    { target: '/protectedresource', ...changes },
  )

test('J45 J46 the example of RFC 9449, section 7.1 is accepted, and only as it is', async () => {
  const guard = () => rfcGuard(rfcThumbprint)
  expect(await outcomeOf(rfcRequest(rfcResourceProof), guard())).toBe('accepted')
  expect(await outcomeOf(rfcRequest(rfcResourceProof, { method: 'POST' }), guard())).toBe(
    'dpop_method_mismatch',
  )
  expect(await outcomeOf(rfcRequest(rfcResourceProof, { target: '/' }), guard())).toBe(
    'dpop_uri_mismatch',
  )
  const altered = rfcResourceProof.replace('.2oW9', '.2oW8')
  expect(await outcomeOf(rfcRequest(altered), guard())).toBe('dpop_signature_invalid')
  expect(await outcomeOf(rfcRequest(rfcResourceProof), rfcGuard(thumbprintOf(clientKey)))).toBe(
    'dpop_key_mismatch',
  )
})

test('J45 J46 the example of RFC 9449, section 4.1, made for a token endpoint, is no good here', async () => {
  const request = rfcRequest(rfcTokenProof, { method: 'POST', target: '/token' })
  expect(await outcomeOf(request, rfcGuard(rfcThumbprint))).toBe('dpop_claim_invalid')
})

const es384 = makeEcKey('ES384', 'k')
const rs256 = makeRsaKey('RS256', 'k')
const smallRsa = makeRsaKey('PS256', 'k', 1024)
const ecJwk = bareJwk(clientKey)
const privateJwk = { ...ecJwk, d: clientKey.signingKey.export({ format: 'jwk' }).d }
const secret = octets(32)
const hmacKey = { ...clientKey, alg: 'HS256', signingKey: createSecretKey(secret) } as const
const octJwk = { kty: 'oct', k: Buffer.from(secret).toString('base64url') }

type Case = readonly [name: string, proof: string | readonly string[], reason: string]

const withHeader = (header: Members) => makeProof(token, { header })
const withClaims = (claims: Members) => makeProof(token, { claims })
const at = (iat: unknown) => withClaims({ iat })

const brokenProofs: readonly Case[] = [
  ['none', [], 'dpop_proof_not_single'],
  ['an empty one', '', 'dpop_proof_not_single'],
  ['two', [makeProof(token), makeProof(token)], 'dpop_proof_not_single'],
  ['two on one line', `${makeProof(token)}, ${makeProof(token)}`, 'dpop_proof_not_single'],
  ['not a JWT', 'abc', 'dpop_proof_malformed'],
  ['padded', `${makeProof(token)}=`, 'dpop_proof_malformed'],
  ['a JWE', `${makeProof(token)}.a.a`, 'dpop_proof_malformed'],
  ['too long', withClaims({ pad: 'x'.repeat(8192) }), 'dpop_proof_malformed'],
  [
    'a repeated member',
    signContent('{"typ":"dpop+jwt","typ":"dpop+jwt"}', {}),
    'dpop_proof_malformed',
  ],
  ['no typ', withHeader({ typ: undefined }), 'dpop_header_unsupported'],
  ['typ JWT', withHeader({ typ: 'JWT' }), 'dpop_header_unsupported'],
  ['typ at+jwt', withHeader({ typ: 'at+jwt' }), 'dpop_header_unsupported'],
  ['typ as a list', withHeader({ typ: ['dpop+jwt'] }), 'dpop_header_unsupported'],
  ['crit', withHeader({ crit: ['exp'] }), 'dpop_header_unsupported'],
  ['b64', withHeader({ b64: false }), 'dpop_header_unsupported'],
  ['jku', withHeader({ jku: 'http://127.0.0.1:9' }), 'dpop_header_unsupported'],
  ['x5c', withHeader({ x5c: ['a'] }), 'dpop_header_unsupported'],
  ['alg none', withHeader({ alg: 'none' }), 'dpop_algorithm_not_allowed'],
  ['alg in another case', withHeader({ alg: 'es256' }), 'dpop_algorithm_not_allowed'],
  ['no alg', withHeader({ alg: undefined }), 'dpop_algorithm_not_allowed'],
  [
    'alg HS256',
    makeProof(token, { key: hmacKey, header: { jwk: octJwk } }),
    'dpop_algorithm_not_allowed',
  ],
  ['an alg not listed', makeProof(token, { key: rs256 }), 'dpop_algorithm_not_allowed'],
  ['no jwk', withHeader({ jwk: undefined }), 'dpop_key_unfit'],
  ['jwk as text', withHeader({ jwk: JSON.stringify(ecJwk) }), 'dpop_key_unfit'],
  ['jwk as a list', withHeader({ jwk: [ecJwk] }), 'dpop_key_unfit'],
  ['a private jwk', withHeader({ jwk: privateJwk }), 'dpop_key_unfit'],
  ['a secret as jwk', withHeader({ jwk: octJwk }), 'dpop_key_unfit'],
  ['a jwk of another curve', withHeader({ jwk: bareJwk(es384) }), 'dpop_key_unfit'],
  ['a jwk of another type', withHeader({ jwk: bareJwk(rs256) }), 'dpop_key_unfit'],
  ['a jwk for another alg', withHeader({ jwk: { ...ecJwk, alg: 'ES384' } }), 'dpop_key_unfit'],
  ['a jwk for encryption', withHeader({ jwk: { ...ecJwk, use: 'enc' } }), 'dpop_key_unfit'],
  [
    'a jwk that may not verify',
    withHeader({ jwk: { ...ecJwk, key_ops: ['sign'] } }),
    'dpop_key_unfit',
  ],
  ['a point off its curve', withHeader({ jwk: { ...ecJwk, y: ecJwk.x } }), 'dpop_key_unfit'],
  ['a short modulus', makeProof(token, { key: smallRsa }), 'dpop_key_unfit'],
  [
    'an exponent of one',
    makeProof(token, {
      key: { ...rs256, alg: 'PS256' },
      header: { jwk: { ...bareJwk(rs256), e: 'AQ' } },
    }),
    'dpop_key_unfit',
  ],
  [
    'a point of small order',
    withHeader({ alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AQ'.padEnd(43, 'A') } }),
    'dpop_key_unfit',
  ],
  [
    'another key than the jwk',
    makeProof(token, { key: { ...clientKey, signingKey: otherKey.signingKey } }),
    'dpop_signature_invalid',
  ],
  ['no jti', withClaims({ jti: undefined }), 'dpop_claim_invalid'],
  ['an empty jti', withClaims({ jti: '' }), 'dpop_claim_invalid'],
  ['a jti object', withClaims({ jti: { a: 1 } }), 'dpop_claim_invalid'],
  ['a long jti', withClaims({ jti: 'x'.repeat(256) }), 'dpop_claim_invalid'],
  ['no htm', withClaims({ htm: undefined }), 'dpop_claim_invalid'],
  ['no htu', withClaims({ htu: undefined }), 'dpop_claim_invalid'],
  ['no iat', at(undefined), 'dpop_claim_invalid'],
  ['iat as text', at(String(nowSeconds)), 'dpop_claim_invalid'],
  ['iat null', at(null), 'dpop_claim_invalid'],
  ['no ath', withClaims({ ath: undefined }), 'dpop_claim_invalid'],
  ['exp as text', withClaims({ exp: 'never' }), 'dpop_claim_invalid'],
  ['another method', withClaims({ htm: 'POST' }), 'dpop_method_mismatch'],
  ['the method in another case', withClaims({ htm: 'get' }), 'dpop_method_mismatch'],
  ['iat a second too old', at(nowSeconds - 61), 'dpop_proof_expired'],
  ['iat in milliseconds', at(nowSeconds * 1000), 'dpop_proof_not_yet_valid'],
  ['iat a second too new', at(nowSeconds + 11), 'dpop_proof_not_yet_valid'],
  ['exp passed', withClaims({ exp: nowSeconds - 10 }), 'dpop_proof_expired'],
  ['nbf ahead', withClaims({ nbf: nowSeconds + 11 }), 'dpop_proof_not_yet_valid'],
  ['the ath of another token', makeProof(makeBoundToken({ jti: 'other' })), 'dpop_token_mismatch'],
  ['the token itself as ath', withClaims({ ath: token }), 'dpop_token_mismatch'],
  ['another key', makeProof(token, { key: otherKey }), 'dpop_key_mismatch'],
]

test.each(brokenProofs)('J45 a proof that is %s is refused', async (_, proof, reason) => {
  const logged: Refusal[] = []
  const guard = setUp({}, { onRefused: (refusal) => logged.push(refusal) })
  const refusal = await refusalOf(proven(proof), guard)
  expect(refusal.status).toBe(401)
  expect(refusal.code).toBe('invalid_dpop_proof')
  expect(refusal.headers['www-authenticate']).toBe(badProof)
  expect(logged.map((each) => each.reason)).toEqual([reason])
  expect(JSON.stringify(logged)).not.toContain(token.slice(0, 40))
})

test.each([
  ['the oldest iat', { iat: nowSeconds - 60 }],
  ['the newest iat', { iat: nowSeconds + 10 }],
  ['an exp to come', { exp: nowSeconds + 1 }],
  ['unknown claims', { foo: 'bar' }],
  ['a nonce nobody asked for', { nonce: 'x' }],
])('J45 a proof with %s is accepted', async (_, claims) => {
  expect(await outcomeOf(proven(withClaims(claims)))).toBe('accepted')
})

test.each([
  ['dpop+jwt in another case', { typ: 'DPoP+JWT' }],
  ['a kid beside the jwk', { kid: 'mine' }],
  ['key_ops as WebCrypto exports them', { jwk: { ...ecJwk, key_ops: ['verify'], ext: true } }],
])('J45 a proof whose header has %s is accepted', async (_, header) => {
  expect(await outcomeOf(proven(withHeader(header)))).toBe('accepted')
})

test.each([
  ['/orders', 'https://api.example/orders', 'accepted'],
  ['/orders?page=2', 'https://api.example/orders', 'accepted'],
  ['/orders', 'https://api.example/orders?page=2', 'accepted'],
  ['/orders?page=1', 'https://api.example/orders?page=2#top', 'accepted'],
  ['/', 'https://api.example', 'accepted'],
  ['/orders', 'HTTPS://API.example:443/orders', 'accepted'],
  ['/a/../orders', 'https://api.example/orders', 'accepted'],
  ['/%7Eann/%c3%a9', 'https://api.example/~ann/%C3%A9', 'accepted'],
  ['https://anywhere.example/orders', 'https://api.example/orders', 'accepted'],
  ['//orders', 'https://api.example//orders', 'accepted'],
  ['/orders', 'https://api.example/orders/', 'dpop_uri_mismatch'],
  ['/orders', 'https://api.example/Orders', 'dpop_uri_mismatch'],
  ['/orders', 'https://api.example/order%2573', 'dpop_uri_mismatch'],
  ['/a%2Fb', 'https://api.example/a/b', 'dpop_uri_mismatch'],
  ['/orders', 'https://api.example:8443/orders', 'dpop_uri_mismatch'],
  ['/orders', 'http://api.example/orders', 'dpop_uri_mismatch'],
  ['/orders', 'https://api.example.evil.example/orders', 'dpop_uri_mismatch'],
  ['/orders', 'https://evil.example/orders', 'dpop_uri_mismatch'],
  ['//evil.example/orders', 'https://evil.example/orders', 'dpop_uri_mismatch'],
  ['https://evil.example/orders', 'https://evil.example/orders', 'dpop_uri_mismatch'],
  ['/orders', 'https://user@api.example/orders', 'dpop_uri_mismatch'],
  ['/orders', 'https://api.example\\orders', 'dpop_uri_mismatch'],
  ['/orders', 'https:/api.example/orders', 'dpop_uri_mismatch'],
  ['/orders', ' https://api.example/orders', 'dpop_uri_mismatch'],
  ['/orders', 'https://api.example/ord\ners', 'dpop_uri_mismatch'],
  ['/orders', '/orders', 'dpop_uri_mismatch'],
  ['/orders', 'javascript:alert(1)', 'dpop_uri_mismatch'],
  ['/orders', 'https://', 'dpop_uri_mismatch'],
])('J45 a request for %j against htu %j: %s', async (target, htu, expected) => {
  expect(await outcomeOf(proven(withClaims({ htu }), { target }))).toBe(expected)
})

test('J45 the address is the configured one, whatever Host and proxies say', async () => {
  const forged = (htu: string): GuardedRequest => {
    const headers: Headers = {
      authorization: `DPoP ${token}`,
      dpop: withClaims({ htu }),
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example;proto=https',
    }
    return makeRequest(headers)
  }
  expect(await outcomeOf(forged('https://evil.example/'))).toBe('dpop_uri_mismatch')
  expect(await outcomeOf(forged('https://api.example/'))).toBe('accepted')
})

test('J45 behind a proxy that strips a prefix the public address has it', async () => {
  for (const prefixed of ['https://example.com/api', 'https://example.com/api/']) {
    const guard = () => setUp({ publicUrl: prefixed })
    const request = (htu: string) => proven(withClaims({ htu }), { target: '/orders' })
    expect(await outcomeOf(request('https://example.com/api/orders'), guard())).toBe('accepted')
    expect(await outcomeOf(request('https://example.com/orders'), guard())).toBe(
      'dpop_uri_mismatch',
    )
  }
})

test('J45 a proof is good once, in all processes that share the store', async () => {
  const replay = createMemoryStore({ now })
  const guards = [setUp({ replay }), setUp({ replay })]
  const proof = makeProof(token)
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, index) => outcomeOf(proven(proof), guards[index % 2])),
  )
  expect(outcomes.filter((outcome) => outcome === 'accepted').length).toBe(1)
  expect(new Set(outcomes)).toEqual(new Set(['accepted', 'dpop_proof_replayed']))
})

test('J45 a proof that was used cannot be used again at any later instant', async () => {
  let clock = now()
  const replay = createMemoryStore({ now: () => clock })
  const guard = setUp({ replay, now: () => clock })
  for (const iat of [nowSeconds - 60, nowSeconds, nowSeconds + 9.5]) {
    clock = now()
    const proof = withClaims({ iat })
    expect(await outcomeOf(proven(proof), guard)).toBe('accepted')
    for (let second = 0; second <= 90; second += 0.5) {
      clock = now() + second * 1000
      expect(await outcomeOf(proven(proof), guard)).not.toBe('accepted')
    }
  }
})

test('J45 a clock that tells no number lets neither a proof nor a nonce pass', async () => {
  const old = withClaims({ iat: nowSeconds - 86_400 })
  const nonce = { secrets: [new Uint8Array(32).fill(7)] }
  const { headers } = await refusalOf(proven(makeProof(token)), setUp({ nonce }))
  const answered = withClaims({ nonce: headers['dpop-nonce'] })
  expect(await outcomeOf(proven(answered), setUp({ nonce }))).toBe('accepted')
  for (const broken of [{ now: () => Number.NaN }, { now: () => undefined as unknown as number }]) {
    expect(await outcomeOf(proven(old), setUp(broken))).toBe('dpop_proof_not_yet_valid')
    const guard = setUp({ ...broken, nonce })
    expect(await outcomeOf(proven(answered), guard)).toBe('dpop_nonce_required')
  }
})

test('J45 the same jti of two keys is two proofs', async () => {
  const guard = setUp()
  const bound = makeBoundToken({}, otherKey)
  const claims = { jti: 'same' }
  expect(await outcomeOf(proven(withClaims(claims)), guard)).toBe('accepted')
  const other = proven(makeProof(bound, { claims, key: otherKey }), {}, bound)
  expect(await outcomeOf(other, guard)).toBe('accepted')
  expect(await outcomeOf(proven(withClaims(claims)), guard)).toBe('dpop_proof_replayed')
})

test('J45 what is remembered of a proof is small, soon forgotten, and only of valid ones', async () => {
  const written: [string, string, number][] = []
  const store = createMemoryStore({ now })
  const replay = {
    ...store,
    put: (key: string, next: { readonly value: string; readonly expiresAt: number }) => {
      written.push([key, next.value, next.expiresAt])
      return store.put(key, next)
    },
  }
  const guard = setUp({ replay })
  for (const [, proof] of brokenProofs) await guard(proven(proof))
  expect(written).toEqual([])
  await guard(proven(withClaims({ jti: 'x'.repeat(255) })))
  expect(written.length).toBe(1)
  const [key = '', value, expiresAt = 0] = written[0] ?? []
  expect([key.length, value]).toEqual([54, '1'])
  expect(expiresAt).toBe((nowSeconds + 70) * 1000)
})

test('J45 a store that does not answer lets nothing pass', async () => {
  const replay = {
    ...createMemoryStore(),
    put: async () => {
      throw new Error(`down ${canary}`)
    },
  }
  const refusal = await refusalOf(proven(makeProof(token)), setUp({ replay }))
  expect([refusal.status, refusal.code]).toEqual([503, 'replay_store_unavailable'])
  expect(refusal.headers['retry-after']).toBe('5')
  expect(refusal.headers['www-authenticate']).toBeUndefined()
  expect(JSON.stringify(refusal)).not.toContain(canary)
})

test.each([
  ['in full', {}],
  ['the key of somebody else', { jkt: 'a'.repeat(43) }],
  ['a certificate', { 'x5t#S256': 'a'.repeat(43) }],
  ['both', { jkt: thumbprintOf(clientKey), 'x5t#S256': 'a' }],
  ['a list', [thumbprintOf(clientKey)]],
  ['nothing', undefined],
])('J45 a token bound to %s is refused', async (_, cnf) => {
  const other = makeToken({ claims: { cnf } })
  const refusal = await refusalOf(proven(makeProof(other), {}, other))
  expect([refusal.code, refusal.reason]).toEqual(['invalid_dpop_proof', 'dpop_key_mismatch'])
})

test('J45 no change of a single character makes another proof of it', async () => {
  const proof = makeProof(token)
  const guard = setUp()
  for (let index = 0; index < proof.length; index += 1) {
    for (const other of ['A', 'z', '_', '.', '=', ' ']) {
      if (proof[index] === other) continue
      const changed = `${proof.slice(0, index)}${other}${proof.slice(index + 1)}`
      expect(await outcomeOf(proven(changed), guard), `${index} ${other}`).toMatch(/^dpop_/)
    }
  }
  expect(await outcomeOf(proven(proof), guard)).toBe('accepted')
})

test('J45 the other valid signature of a used proof is no second proof', async () => {
  const guard = setUp()
  const proof = makeProof(token)
  expect(await outcomeOf(proven(proof), guard)).toBe('accepted')
  const [header = '', payload = '', signature = ''] = proof.split('.')
  const octetsOf = Buffer.from(signature, 'base64url')
  const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
  const s = order - BigInt(`0x${octetsOf.subarray(32).toString('hex')}`)
  const twin = Buffer.concat([
    octetsOf.subarray(0, 32),
    Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
  ]).toString('base64url')
  expect(await outcomeOf(proven(`${header}.${payload}.${twin}`), guard)).toBe('dpop_proof_replayed')
})

test('J44 where proofs are required a Bearer token is as good as none', async () => {
  for (const bearer of [token, makeToken()]) {
    const refusal = await refusalOf(
      makeRequest({ authorization: `Bearer ${bearer}`, dpop: makeProof(bearer) }),
    )
    expect([refusal.status, refusal.code]).toEqual([401, 'token_required'])
    expect(refusal.headers['www-authenticate']).toBe(challenge)
  }
})

test('J44 where proofs are accepted a bound token is refused under Bearer, an unbound one is not', async () => {
  const guard = setUp({ mode: 'accepted' })
  const bearer = (value: string, dpop: string) =>
    makeRequest({ authorization: `Bearer ${value}`, dpop })
  const refusal = await refusalOf(bearer(token, makeProof(token)), guard)
  expect([refusal.status, refusal.code]).toEqual([401, 'invalid_token'])
  expect(refusal.headers['www-authenticate']).toBe(
    `Bearer realm="api", error="invalid_token", error_description="The access token is not valid", ${challenge}`,
  )
  expect(await outcomeOf(bearer(makeToken(), 'x'), guard)).toBe('accepted')
  expect(await outcomeOf(proven(makeProof(token)), guard)).toBe('accepted')
  const none = await refusalOf(makeRequest(), guard)
  expect(none.headers['www-authenticate']).toBe(`Bearer realm="api", ${challenge}`)
})

test('J45 a bad token with a good proof is the fault of the token', async () => {
  const expired = makeBoundToken({ exp: nowSeconds - 10, iat: nowSeconds - 20 })
  const refusal = await refusalOf(proven(makeProof(expired), {}, expired))
  expect([refusal.code, refusal.reason]).toEqual(['invalid_token', 'token_expired'])
  expect(refusal.headers['www-authenticate']).toContain('DPoP realm="api", error="invalid_token"')
})

test('J81 two tokens at once are refused, whatever their schemes are', async () => {
  const guard = setUp({ mode: 'accepted' })
  const lines = [`DPoP ${token}`, `Bearer ${makeToken()}`]
  for (const authorization of [lines, lines.toReversed(), lines.join(', ')]) {
    const request = makeRequest({ authorization, dpop: makeProof(token) })
    expect((await refusalOf(request, guard)).status).toBe(400)
  }
})

const secrets = [octets(32)]

const nonceGuard = (clock: () => number, changes: Partial<DpopOptions> = {}) =>
  setUp({ nonce: { secrets }, now: clock, replay: createMemoryStore({ now: clock }), ...changes })

const nonceFrom = async (guard = nonceGuard(now)): Promise<string> =>
  (await refusalOf(proven(makeProof(token)), guard)).headers['dpop-nonce'] ?? ''

test('J45 where nonces are on, a proof without one is told the nonce to use', async () => {
  const refusal = await refusalOf(proven(makeProof(token)), nonceGuard(now))
  expect([refusal.status, refusal.code]).toEqual([401, 'use_dpop_nonce'])
  expect(refusal.headers).toEqual({
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
    'www-authenticate':
      'DPoP realm="api", error="use_dpop_nonce", error_description="The DPoP proof needs a nonce of this server", algs="ES256 PS256 EdDSA Ed25519"',
    'dpop-nonce': expect.stringMatching(/^[\x21\x23-\x5b\x5d-\x7e]+$/),
  })
  expect(refusal.exposeHeaders).toEqual(['WWW-Authenticate', 'DPoP-Nonce'])
})

test('J45 a nonce is good in every process that has the secret, until its life is over', async () => {
  let clock = now()
  const nonce = await nonceFrom()
  const guard = nonceGuard(() => clock)
  const send = () => guard(proven(withClaims({ nonce, iat: clock / 1000 })))
  expect(await send()).toMatchObject({ kind: 'authenticated', headers: {} })
  clock = now() + 151_000
  const ageing = await send()
  if (ageing.kind !== 'authenticated') throw new Error('was refused')
  expect(ageing.exposeHeaders).toEqual(['DPoP-Nonce'])
  const next = ageing.headers['dpop-nonce']
  expect(next).not.toBe(nonce)
  clock = now() + 301_000
  expect(await send()).toMatchObject({ kind: 'refused', refusal: { code: 'use_dpop_nonce' } })
  const renewed = proven(withClaims({ nonce: next, iat: clock / 1000 }))
  expect(await outcomeOf(renewed, guard)).toBe('accepted')
})

test('J45 nonces of another secret, another API, the future or nobody are refused', async () => {
  const nonce = await nonceFrom()
  const [second = '', mac = ''] = nonce.split('.')
  const forged = [
    await nonceFrom(nonceGuard(now, { nonce: { secrets: [octets(33)] } })),
    await nonceFrom(nonceGuard(now, { publicUrl: 'https://other.example' })),
    await nonceFrom(nonceGuard(() => now() + 60_000)),
    `${Number(second) + 1}.${mac}`,
    `0${nonce}`,
    `${nonce}x`,
    second,
    mac,
    '',
    5,
    null,
    [nonce],
  ]
  for (const each of forged) {
    expect(await outcomeOf(proven(withClaims({ nonce: each })), nonceGuard(now))).toBe(
      'dpop_nonce_required',
    )
  }
})

test('J45 secrets of nonces can be rotated', async () => {
  const nonce = await nonceFrom()
  const rotated = nonceGuard(now, { nonce: { secrets: [octets(40), ...secrets] } })
  expect(await outcomeOf(proven(withClaims({ nonce })), rotated)).toBe('accepted')
})

test('J45 a proof that is refused for its nonce is not used up', async () => {
  const guard = nonceGuard(now)
  const jti = 'once'
  expect(await outcomeOf(proven(withClaims({ jti })), guard)).toBe('dpop_nonce_required')
  const nonce = await nonceFrom()
  expect(await outcomeOf(proven(withClaims({ jti, nonce })), guard)).toBe('accepted')
})

const replay = createMemoryStore()

test.each([
  [{ replay }, 'dpop.publicUrl'],
  [{ replay, publicUrl: 'api.example' }, 'dpop.publicUrl'],
  [{ replay, publicUrl: 'http://api.example' }, 'dpop.publicUrl'],
  [{ replay, publicUrl: 'http://localhost.evil.example' }, 'dpop.publicUrl'],
  [{ replay, publicUrl: 'https://api.example/?a' }, 'dpop.publicUrl'],
  [{ publicUrl }, 'dpop.replay'],
  [{ publicUrl, replay: new Map() }, 'dpop.replay'],
  [{ publicUrl, replay, mode: 'on' }, 'dpop.mode'],
  [{ publicUrl, replay, algorithms: [] }, 'algorithms'],
  [{ publicUrl, replay, algorithms: ['HS256'] }, 'asymmetric'],
  [{ publicUrl, replay, algorithms: ['none'] }, 'algorithms'],
  [{ publicUrl, replay, maximumAgeSeconds: 0 }, 'dpop.maximumAgeSeconds'],
  [{ publicUrl, replay, maximumAgeSeconds: 601 }, 'dpop.maximumAgeSeconds'],
  [{ publicUrl, replay, leewaySeconds: 61 }, 'dpop.leewaySeconds'],
  [{ publicUrl, replay, nonce: {} }, 'dpop.nonce.secrets'],
  [{ publicUrl, replay, nonce: { secrets: [] } }, 'dpop.nonce.secrets'],
  [{ publicUrl, replay, nonce: { secrets: ['x'.repeat(32)] } }, 'dpop.nonce.secrets'],
  [{ publicUrl, replay, nonce: { secrets: [octets(31)] } }, 'dpop.nonce.secrets'],
  [{ publicUrl, replay, nonce: { secret: octets(32) } }, 'Did you mean "secrets"?'],
  [{ publicUrl, replay, now: 5 }, 'dpop.now'],
  [{ publicUrl, replay, modes: 'accepted' }, 'Did you mean "mode"?'],
  [true, 'options object'],
])('J45 the options %o are refused', (dpop, expected) => {
  expect(misconfiguration(() => setUp({}, { dpop: dpop as never }))).toContain(expected)
})

test('plain http is taken on loopback, for development', async () => {
  for (const local of ['http://localhost:4001', 'http://127.0.0.1:4001', 'http://[::1]:4001']) {
    const request = proven(withClaims({ htu: `${local}/` }))
    expect(await outcomeOf(request, setUp({ publicUrl: local }))).toBe('accepted')
  }
})
