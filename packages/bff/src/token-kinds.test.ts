import { createHash, randomUUID } from 'node:crypto'
import {
  authenticate,
  createRefreshTokens,
  createRemoteKeySet,
  createVerifier,
} from '@coatcheck/jwt'
import { createMemoryStore } from '@coatcheck/store'
import type { CryptoKey, JWTHeaderParameters, JWTPayload } from 'jose'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHarness, type Harness } from './testing/harness.ts'
import { logoutEvent, sendLogoutToken } from './testing/logout-tokens.ts'

/**
 * Five kinds of token that one login brings about, each presented to what really consumes the
 * others. Issuer, key, audience, client and subject are the same for all, and each has the claims
 * of the others as far as its own kind allows, so that nothing but its kind can give it away.
 */
const kinds = ['access token', 'ID token', 'logout token', 'DPoP proof', 'refresh token'] as const
type Kind = (typeof kinds)[number]

let harness: Harness
let refreshToken: string
let proofKey: CryptoKey
let proofJwk: JWTPayload
let consumers: Readonly<Record<Kind, (kind: Kind) => Promise<boolean>>>

const apiUrl = 'https://api.example'

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url')

/** Claims that any of the kinds may carry. */
const sharedClaims = (): JWTPayload => {
  const iat = Math.floor(harness.now() / 1000)
  const { issuer, clientId } = harness.provider
  return { iss: issuer, aud: clientId, sub: 'alice', sid: 'op-session', jti: randomUUID(), iat }
}

const sign = (claims: JWTPayload, header: Record<string, unknown>, key?: CryptoKey) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'signing', ...header } as JWTHeaderParameters)
    .sign(key ?? harness.provider.signingKey)

const thumbprint = async () => {
  const { crv, kty, x, y } = await exportJWK(proofKey)
  return sha256(JSON.stringify({ crv, kty, x, y }))
}

/** What a maker of one kind knows: what the login asked for, and the access token beside a proof. */
interface Occasion {
  readonly nonce?: unknown
  readonly accessToken?: string
}

const makers: Readonly<Record<Kind, (occasion: Occasion) => Promise<string>>> = {
  'access token': async () => {
    const claims = { ...sharedClaims(), client_id: harness.provider.clientId, scope: 'openid' }
    return sign({ ...claims, exp: Number(claims.iat) + 120 }, { typ: 'at+jwt' })
  },
  'ID token': async ({ nonce }) => {
    const claims = { ...sharedClaims(), client_id: harness.provider.clientId, nonce }
    return sign({ ...claims, exp: Number(claims.iat) + 120 }, { typ: 'JWT' })
  },
  'logout token': async () => {
    const claims = { ...sharedClaims(), client_id: harness.provider.clientId }
    return sign(
      { ...claims, exp: Number(claims.iat) + 120, events: { [logoutEvent]: {} } },
      { typ: 'JWT' },
    )
  },
  'DPoP proof': async ({ nonce, accessToken = '' }) => {
    const claims = { ...sharedClaims(), client_id: harness.provider.clientId, nonce }
    const bound = { htm: 'GET', htu: `${apiUrl}/orders`, ath: sha256(accessToken) }
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: proofJwk }
    return sign({ ...claims, ...bound, exp: Number(claims.iat) + 120 }, header, proofKey)
  },
  'refresh token': async () => refreshToken,
}

const makeConsumers = async () => {
  const { issuer, clientId, script } = harness.provider
  const store = createMemoryStore({ now: harness.now })
  const refreshTokens = createRefreshTokens({ store, now: harness.now })
  const issued = await refreshTokens.issue({ subject: 'alice', clientId })
  if (issued.kind !== 'issued') throw new Error('was not issued')
  refreshToken = issued.token
  const verifier = createVerifier({
    issuer,
    audience: clientId,
    algorithms: ['RS256'],
    keys: createRemoteKeySet(`${issuer}/jwks`),
    now: harness.now,
  })
  const dpop = { publicUrl: apiUrl, replay: store, now: harness.now }
  const guard = authenticate({ verifier, dpop })
  return {
    'access token': async (kind: Kind) => {
      const token = await makers[kind]({})
      return verifier.verify(token).then(
        () => true,
        () => false,
      )
    },
    'ID token': async (kind: Kind) => {
      script.idToken = ({ nonce }) => makers[kind]({ nonce })
      const answer = await harness.login(harness.newBrowser(), 'alice')
      delete script.idToken
      return !String(answer.location).includes('login_error')
    },
    'logout token': async (kind: Kind) => {
      const answer = await sendLogoutToken(harness, await makers[kind]({}))
      return answer.status === 200
    },
    'DPoP proof': async (kind: Kind) => {
      const claims = { ...sharedClaims(), client_id: clientId, cnf: { jkt: await thumbprint() } }
      const accessToken = await sign(
        { ...claims, exp: Number(claims.iat) + 120 },
        { typ: 'at+jwt' },
      )
      const headers = new Map([
        ['authorization', `DPoP ${accessToken}`],
        ['dpop', await makers[kind]({ accessToken })],
      ])
      const header = (name: string) => [headers.get(name)].filter((value) => value !== undefined)
      const outcome = await guard({ method: 'GET', target: '/orders', header })
      return outcome.kind === 'authenticated'
    },
    'refresh token': async (kind: Kind) => {
      const outcome = await refreshTokens.rotate({ token: await makers[kind]({}), clientId })
      return outcome.kind === 'rotated'
    },
  }
}

beforeAll(async () => {
  harness = await createHarness()
  const pair = await generateKeyPair('ES256', { extractable: true })
  proofKey = pair.privateKey
  proofJwk = (await exportJWK(pair.publicKey)) as JWTPayload
  consumers = await makeConsumers()
})
afterAll(() => harness.close())

const matrix = kinds.flatMap((wanted) => kinds.map((kind) => [kind, wanted] as const))

test.each(matrix)('J26 J77 the %s where the %s is wanted', async (kind, wanted) => {
  expect(await consumers[wanted](kind)).toBe(kind === wanted)
})
