import { createHash, createPublicKey } from 'node:crypto'
import {
  base64url,
  CompactEncrypt,
  type CryptoKey,
  decodeJwt,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHarness, type Harness } from '../testing/harness.ts'
import { createRecordingStore, type RecordingStore } from '../testing/recording-store.ts'

let harness: Harness
let recording: RecordingStore
let strangerKey: CryptoKey

beforeAll(async () => {
  harness = await createHarness({
    store: (now) => {
      recording = createRecordingStore(now)
      return recording
    },
  })
  const stranger = await generateKeyPair('RS256')
  strangerKey = stranger.privateKey
})
afterAll(() => harness.close())

/** What a forger works with: the claims of a good ID token and the access token beside it. */
interface Good {
  readonly claims: JWTPayload
  readonly accessToken: string
  readonly idToken: string
}
type Forge = (good: Good) => unknown

const seconds = () => Math.floor(harness.now() / 1000)
const encode = (value: unknown) =>
  base64url.encode(typeof value === 'string' ? value : JSON.stringify(value))

const realJwk = async () => exportJWK(harness.provider.signingKey)

/** Signed by the provider's real key, whatever the claims are. */
const genuine = (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'signing', ...header } as JWTHeaderParameters)
    .sign(harness.provider.signingKey)

/** The provider's own signature over a claim that is changed, or left out when `undefined`. */
const withClaims =
  (change: (claims: JWTPayload) => Record<string, unknown>): Forge =>
  ({ claims }) =>
    genuine({ ...claims, ...change(claims) })

/** Genuine bytes under a header the library would refuse to write. */
const withHeader =
  (header: Record<string, unknown>): Forge =>
  async ({ claims }) => {
    const input = `${encode({ alg: 'RS256', kid: 'signing', ...header })}.${encode(claims)}`
    const signature = await crypto.subtle.sign(
      'RSASSA-PKCS1-v1_5',
      harness.provider.signingKey,
      Buffer.from(input),
    )
    return `${input}.${base64url.encode(new Uint8Array(signature))}`
  }

const signedAs =
  (alg: string): Forge =>
  async ({ claims }) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg, kid: 'signing' })
      .sign(await importJWK({ ...(await realJwk()), alg }, alg))

const byStranger =
  (header: Record<string, unknown> = { kid: 'signing' }): Forge =>
  ({ claims }) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', ...header }).sign(strangerKey)

const hmacOf =
  (secret: () => Promise<Uint8Array> | Uint8Array, alg = 'HS256'): Forge =>
  async ({ claims }) =>
    new SignJWT(claims).setProtectedHeader({ alg, kid: 'signing' }).sign(await secret())

const unsigned =
  (alg: string, signature = ''): Forge =>
  ({ claims }) =>
    `${encode({ alg, kid: 'signing' })}.${encode(claims)}.${signature}`

const text = (value: string) => new TextEncoder().encode(value)

const publicKeyPem = async () => {
  const { n = '', e = '' } = await realJwk()
  const key = createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })
  return key.export({ type: 'spki', format: 'pem' }).toString()
}

const atHash = (accessToken: string, algorithm = 'sha256') => {
  const digest = createHash(algorithm).update(accessToken).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}

const hostile: Readonly<Record<string, Forge>> = {
  'iss missing': withClaims(() => ({ iss: undefined })),
  'iss of another provider': withClaims(() => ({ iss: 'https://evil.example' })),
  'iss with a slash at the end': withClaims(({ iss }) => ({ iss: `${iss}/` })),
  'iss with a path': withClaims(({ iss }) => ({ iss: `${iss}/tenant` })),
  'iss in capitals': withClaims(({ iss }) => ({ iss: iss?.toUpperCase() })),
  'iss with user information': withClaims(({ iss }) => ({ iss: iss?.replace('//', '//a@') })),
  'iss empty': withClaims(() => ({ iss: '' })),
  'iss as a list': withClaims(({ iss }) => ({ iss: [iss] })),
  'iss null': withClaims(() => ({ iss: null })),

  'aud missing': withClaims(() => ({ aud: undefined })),
  'aud of another client': withClaims(() => ({ aud: 'another-client' })),
  'aud that starts with ours': withClaims(({ aud }) => ({ aud: `${aud}-admin` })),
  'aud in capitals': withClaims(({ aud }) => ({ aud: String(aud).toUpperCase() })),
  'aud empty': withClaims(() => ({ aud: '' })),
  'aud an empty list': withClaims(() => ({ aud: [] })),
  'aud a list of others': withClaims(() => ({ aud: ['a', 'b'] })),
  'aud with another client beside ours': withClaims(({ aud }) => ({ aud: [aud, 'evil'] })),
  'aud with another beside ours and azp ours': withClaims(({ aud }) => ({
    aud: [aud, 'evil'],
    azp: aud,
  })),
  'aud ours in a list of lists': withClaims(({ aud }) => ({ aud: [[aud]] })),
  'aud an object': withClaims(({ aud }) => ({ aud: { 0: aud, length: 1 } })),
  'aud null': withClaims(() => ({ aud: null })),

  'azp of another client': withClaims(() => ({ azp: 'another-client' })),
  'azp empty': withClaims(() => ({ azp: '' })),
  'azp null': withClaims(() => ({ azp: null })),
  'azp a list': withClaims(({ aud }) => ({ azp: [aud] })),

  'alg none without a signature': unsigned('none'),
  'alg none with a signature': unsigned('none', 'AAAA'),
  'alg None': unsigned('None'),
  'alg NONE': unsigned('NONE'),
  'alg empty': unsigned(''),
  'alg RS256 without a signature': unsigned('RS256'),
  'alg HS256 with the public key as PEM': hmacOf(async () => text(await publicKeyPem())),
  'alg HS256 with the public key as PEM, trimmed': hmacOf(async () =>
    text((await publicKeyPem()).trim()),
  ),
  'alg HS256 with the public key as JWK': hmacOf(async () => {
    const { kty, n, e } = await realJwk()
    return text(JSON.stringify({ kty, n, e }))
  }),
  'alg HS256 with the modulus': hmacOf(async () => base64url.decode((await realJwk()).n ?? '')),
  'alg HS256 with the client secret': hmacOf(() => text(harness.provider.clientSecret)),
  'alg HS512 with the client secret': hmacOf(
    () => text(harness.provider.clientSecret.repeat(3)),
    'HS512',
  ),
  'alg RS384 by the real key': signedAs('RS384'),
  'alg RS512 by the real key': signedAs('RS512'),
  'alg PS256 by the real key': signedAs('PS256'),
  'alg ES256 by a key in the header': async ({ claims }) => {
    const { privateKey, publicKey } = await generateKeyPair('ES256')
    const jwk = await exportJWK(publicKey)
    return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', jwk }).sign(privateKey)
  },
  'alg lower case': withHeader({ alg: 'rs256' }),
  'alg missing': withHeader({ alg: undefined }),
  'alg a list': withHeader({ alg: ['RS256'] }),

  'another RS256 key under our kid': byStranger(),
  'another RS256 key without kid': byStranger({}),
  'another RS256 key under its own kid': byStranger({ kid: 'stranger' }),
  'another RS256 key that brings itself along': async ({ claims }) => {
    const { privateKey, publicKey } = await generateKeyPair('RS256')
    const jwk = await exportJWK(publicKey)
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'signing', jwk })
      .sign(privateKey)
  },
  'another RS256 key with a jku': byStranger({ kid: 'x', jku: 'http://127.0.0.1:9/jwks' }),
  'another RS256 key with an x5u': byStranger({ x5u: 'http://127.0.0.1:9/cert' }),
  'a genuine signature under an unknown kid': withHeader({ kid: 'unknown' }),
  'a kid that is a path': withHeader({ kid: '../../../../dev/null' }),
  'a kid that is a query': withHeader({ kid: "x' UNION SELECT 'key" }),
  'a kid that is a list': withHeader({ kid: ['signing'] }),
  'a kid that is a prototype': withHeader({ kid: '__proto__' }),
  'a kid that is empty': withHeader({ kid: '' }),

  'crit with an unknown extension': withHeader({ crit: ['exp'], exp: 1 }),
  'crit with b64': withHeader({ crit: ['b64'], b64: false }),
  'crit that is empty': withHeader({ crit: [] }),
  'crit that is null': withHeader({ crit: null }),
  'typ of an access token': withHeader({ typ: 'at+jwt' }),
  'typ of an access token, in full': withHeader({ typ: 'application/AT+JWT' }),
  'typ of a logout token': withHeader({ typ: 'logout+jwt' }),
  'typ of a DPoP proof': withHeader({ typ: 'dpop+jwt' }),

  'signature cut off': ({ idToken }) => idToken.slice(0, idToken.lastIndexOf('.') + 1),
  'signature shortened': ({ idToken }) => idToken.slice(0, -8),
  'signature of another token': async ({ idToken, claims }) => {
    const other = await genuine({ ...claims, sub: 'mallory' })
    return idToken.slice(0, idToken.lastIndexOf('.')) + other.slice(other.lastIndexOf('.'))
  },
  'payload swapped under the signature': ({ idToken, claims }) => {
    const [header, , signature] = idToken.split('.')
    return `${header}.${encode({ ...claims, sub: 'admin' })}.${signature}`
  },
  'signature that is no base64url': ({ idToken }) => `${idToken.slice(0, -4)}!!!!`,
  'signature with a byte more': ({ idToken }) => `${idToken}AAAA`,

  'exp missing': withClaims(() => ({ exp: undefined })),
  'exp an hour ago': withClaims(() => ({ exp: seconds() - 3600 })),
  'exp just past the leeway': withClaims(() => ({ exp: seconds() - 12, iat: seconds() - 60 })),
  'exp as text': withClaims(({ exp }) => ({ exp: String(exp) })),
  'exp null': withClaims(() => ({ exp: null })),
  'exp zero': withClaims(() => ({ exp: 0 })),
  'exp before iat': withClaims(() => ({ iat: seconds() + 5, exp: seconds() + 5 })),
  'iat missing': withClaims(() => ({ iat: undefined })),
  'iat in the future': withClaims(() => ({ iat: seconds() + 60 })),
  'iat in milliseconds': withClaims(() => ({ iat: seconds() * 1000, exp: seconds() * 2000 })),
  'iat hours ago': withClaims(() => ({ iat: seconds() - 7200 })),
  'iat as text': withClaims(({ iat }) => ({ iat: String(iat) })),
  'nbf in the future': withClaims(() => ({ nbf: seconds() + 60 })),
  'nbf as text': withClaims(() => ({ nbf: 'now' })),
  'auth_time as text': withClaims(() => ({ auth_time: 'now' })),

  'nonce missing': withClaims(() => ({ nonce: undefined })),
  'nonce of another login': withClaims(() => ({ nonce: 'n-0S6_WzA2Mj' })),
  'nonce empty': withClaims(() => ({ nonce: '' })),
  'nonce cut short': withClaims(({ nonce }) => ({ nonce: String(nonce).slice(0, -1) })),
  'nonce in a list': withClaims(({ nonce }) => ({ nonce: [nonce] })),
  'nonce null': withClaims(() => ({ nonce: null })),
  'nonce true': withClaims(() => ({ nonce: true })),

  'sub missing': withClaims(() => ({ sub: undefined })),
  'sub empty': withClaims(() => ({ sub: '' })),
  'sub of 256 characters': withClaims(() => ({ sub: 'a'.repeat(256) })),
  'sub a number': withClaims(() => ({ sub: 7 })),
  'sub a list': withClaims(() => ({ sub: ['alice'] })),
  'sub an object': withClaims(() => ({ sub: { toString: 'alice' } })),
  'sub null': withClaims(() => ({ sub: null })),
  'sub with a line break': withClaims(() => ({ sub: 'alice\nadmin' })),
  'sub beyond ASCII': withClaims(() => ({ sub: 'аlice' })),

  'a token in two parts': ({ idToken }) => idToken.split('.').slice(0, 2).join('.'),
  'a token in four parts': ({ idToken }) => `${idToken}.AAAA`,
  'a token that is encrypted': async ({ idToken }) =>
    new CompactEncrypt(text(idToken))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(new Uint8Array(32)),
  'a token as JSON': ({ idToken }) => {
    const [header, payload, signature] = idToken.split('.')
    return JSON.stringify({ protected: header, payload, signature })
  },
  'a token as an object': ({ idToken }) => ({ token: idToken }),
  'a token in a list': ({ idToken }) => [idToken],
  'a token with a line break inside': ({ idToken }) => idToken.replace('.', '.\n'),
  'a token with a blank behind': ({ idToken }) => `${idToken} `,
  'a token with padding': ({ idToken }) => `${idToken}==`,
  'a token that is empty': () => '',
  'a token that is absent': () => undefined,
  'a token that is null': () => null,
  'a token that is a number': () => 42,
  'a token that is not one': () => 'not.a.token',
  'a header that is no JSON': ({ idToken }) => idToken.replace(/^[^.]+/, encode('{"alg":')),
  'a header that is a list': ({ idToken }) => idToken.replace(/^[^.]+/, encode([])),
  'a payload that is no JSON': ({ idToken }) => idToken.replace(/\.[^.]+\./, `.${encode('{')}.`),
  'a payload that is a list': ({ idToken }) => idToken.replace(/\.[^.]+\./, `.${encode([])}.`),
  'a payload that is null': ({ idToken }) => idToken.replace(/\.[^.]+\./, `.${encode(null)}.`),
}

const hostileHashes: Readonly<Record<string, Forge>> = {
  'of another token': withClaims(() => ({ at_hash: atHash('another token') })),
  empty: withClaims(() => ({ at_hash: '' })),
  'of the whole digest': ({ claims, accessToken }) =>
    genuine({
      ...claims,
      at_hash: createHash('sha256').update(accessToken).digest('base64url'),
    }),
  'by another hash': ({ claims, accessToken }) =>
    genuine({ ...claims, at_hash: atHash(accessToken, 'sha512') }),
  null: withClaims(() => ({ at_hash: null })),
}

const accepted: Readonly<Record<string, Forge>> = {
  'as the provider made it': ({ idToken }) => idToken,
  'aud as a list of one': withClaims(({ aud }) => ({ aud: [aud] })),
  'azp that names us': withClaims(({ aud }) => ({ azp: aud })),
  'claims nobody asked for': withClaims(() => ({ groups: ['a'], nested: { deep: [1, null] } })),
  'no kid where there is one key': withHeader({ kid: undefined }),
  'typ JWT': withHeader({ typ: 'JWT' }),
  'header members nobody knows': withHeader({ x: 1 }),
  'iat within the leeway': withClaims(() => ({ iat: seconds() + 5 })),
  // The protocol library judges it by the real clock, which has gone on since the harness began.
  'exp within the leeway': withClaims(() => ({
    iat: seconds() - 60,
    exp: Math.floor(Date.now() / 1000) - 2,
  })),
  'nbf within the leeway': withClaims(() => ({ nbf: seconds() + 5 })),
  'a sub of 255 characters': withClaims(() => ({ sub: 'a'.repeat(255) })),
  'no auth_time': withClaims(() => ({ auth_time: undefined })),
}

/** One login in a fresh browser whose token answer carries what `forge` makes of the good one. */
const loginWith = async (forge: Forge) => {
  const { provider } = harness
  provider.script.token = async (_request, standard) => {
    const answer = await standard()
    const idToken = String(answer.id_token)
    const accessToken = String(answer.access_token)
    const forged = await forge({ claims: decodeJwt(idToken), accessToken, idToken })
    return { body: { ...answer, id_token: forged } }
  }
  const browser = harness.newBrowser()
  const before = recording.written.length
  const answer = await harness.login(browser)
  const sessions = recording.written.slice(before).filter(({ key }) => key.startsWith('session:'))
  return { answer, browser, sessions }
}

const expectRefused = async (forge: Forge) => {
  const { answer, browser, sessions } = await loginWith(forge)
  expect(answer.status).toBe(303)
  expect(answer.location).toBe(`${harness.origin}/?login_error=id_token_invalid`)
  expect(sessions).toEqual([])
  expect([...browser.jar]).toEqual([])
  const session = await browser.get('/bff/session')
  expect(session.json()).toEqual({ authenticated: false })
}

const expectAccepted = async (forge: Forge) => {
  const { answer, browser, sessions } = await loginWith(forge)
  expect(answer.location).toBe(`${harness.origin}/`)
  expect(sessions).toHaveLength(1)
  const session = await browser.get('/bff/session')
  expect(session.json()).toMatchObject({ authenticated: true })
}

test.each(Object.entries(hostile))('B30 an ID token is refused: %s', (_name, forge) =>
  expectRefused(forge),
)

test.each(Object.entries(accepted))('B30 an ID token is accepted: %s', (_name, forge) =>
  expectAccepted(forge),
)

test.each(Object.entries(hostileHashes))('B31 an at_hash is refused: %s', (_name, forge) =>
  expectRefused(forge),
)

test('B31 the at_hash of the access token beside it is accepted', () =>
  expectAccepted(({ claims, accessToken }) => genuine({ ...claims, at_hash: atHash(accessToken) })))
