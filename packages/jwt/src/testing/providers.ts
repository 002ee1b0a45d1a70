import type { TrustedIssuer, VerifierRules } from '../verifier-options.ts'
import type { Members } from './tokens.ts'
import { keys, nowSeconds, signContent } from './tokens.ts'

/**
 * Providers as their public documentation describes metadata, key sets and tokens. Nothing here was
 * sent by one: the shapes are theirs, the keys are made for the test.
 */
export interface Provider {
  readonly name: string
  /** The documentation it is modelled on. */
  readonly sources: readonly string[]
  /** When that was read. */
  readonly readOn: string
  /** The members of its metadata that a verifier is configured from. */
  readonly metadata: { readonly issuer: string; readonly jwks_uri: string }
  /** What it answers at `jwks_uri`. */
  readonly keySet: Members
  readonly rules: Omit<VerifierRules, 'now'>
  readonly issuer: Omit<TrustedIssuer, 'keys' | 'issuer'>
  /** How an API asks for a scope of the first of `good`, where that has any. */
  readonly authorize?: { readonly scope: string; readonly scopeClaim?: string }
  /** Tokens that an API takes. */
  readonly good: readonly (readonly [name: string, token: string])[]
  /** Tokens of the same provider that it must not take, by why. */
  readonly bad: readonly (readonly [name: string, token: string, code: string])[]
}

const readOn = '2026-11-22'
const life = { iat: nowSeconds - 10, exp: nowSeconds + 3590 }
const thumb = 'SzIcFpPvNaSP2Zq7j6kLk9ppIvo'
const { n, e } = keys.rs.jwk

/** A certificate nobody looks at. */
const x5c = ['MIIC+zCCAeOgAwIBAgIJAN7kZ1ZzQ0example']

const rsa = (header: Members, claims: Members): string => signContent(header, claims, keys.rs)

const auth0Issuer = 'https://my-domain.auth0.com/'
const auth0Header = { alg: 'RS256', typ: 'JWT', kid: 'NTc4RjU0Qzc2QkQ0QzNDRjA3' }
const auth0Claims = {
  iss: auth0Issuer,
  sub: 'auth0|123456',
  aud: ['https://example.com/health-api', 'https://my-domain.auth0.com/userinfo'],
  azp: 'my_client_id',
  ...life,
  scope: 'openid profile read:patients',
  permissions: ['read:patients'],
}
const auth0Key = {
  alg: 'RS256',
  kty: 'RSA',
  use: 'sig',
  n,
  e,
  kid: auth0Header.kid,
  x5t: thumb,
  x5c,
}
const auth0IdClaims = {
  iss: auth0Issuer,
  sub: 'auth0|123456',
  aud: 'my_client_id',
  ...life,
  nonce: 'n',
  sid: 's',
}
const { azp: _azp, ...auth0Standard } = auth0Claims
const auth0Rfc9068Header = { ...auth0Header, typ: 'at+jwt' }
const auth0Rfc9068Claims = { ...auth0Standard, client_id: 'my_client_id', jti: '73WakrfVbNJBaAmh' }

const auth0Shared = {
  sources: [
    'https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles',
    'https://auth0.com/docs/secure/tokens/json-web-tokens/json-web-key-set-properties',
  ],
  readOn,
  metadata: { issuer: auth0Issuer, jwks_uri: `${auth0Issuer}.well-known/jwks.json` },
  keySet: { keys: [auth0Key, { ...auth0Key, kid: 'NextOne', n: keys.ps.jwk.n }] },
  rules: { audience: 'https://example.com/health-api', algorithms: ['RS256'] },
} as const

const auth0: Provider = {
  ...auth0Shared,
  name: 'Auth0',
  issuer: { typ: ['JWT'], optionalClaims: ['client_id', 'jti'] },
  good: [
    ['an access token', rsa(auth0Header, auth0Claims)],
    [
      'a token of a machine',
      rsa(auth0Header, {
        ...auth0Claims,
        sub: 'my_client_id@clients',
        aud: 'https://example.com/health-api',
        gty: 'client-credentials',
      }),
    ],
  ],
  bad: [
    ['an ID token', rsa(auth0Header, auth0IdClaims), 'claim_mismatch'],
    [
      'a token for userinfo alone',
      rsa(auth0Header, { ...auth0Claims, aud: 'https://my-domain.auth0.com/userinfo' }),
      'claim_mismatch',
    ],
    [
      'an issuer without its slash',
      rsa(auth0Header, { ...auth0Claims, iss: 'https://my-domain.auth0.com' }),
      'claim_mismatch',
    ],
    ['an encrypted access token', 'eyJhbGciOiJkaXIifQ..iv.text.tag', 'token_malformed'],
  ],
}

const auth0Rfc9068: Provider = {
  ...auth0Shared,
  name: 'Auth0, RFC 9068 profile',
  issuer: {},
  good: [['an access token', rsa(auth0Rfc9068Header, auth0Rfc9068Claims)]],
  bad: [
    ['an ID token', rsa(auth0Header, auth0IdClaims), 'typ_mismatch'],
    ['a token of the other profile', rsa(auth0Header, auth0Claims), 'typ_mismatch'],
  ],
}

const keycloakIssuer = 'https://sso.example.com/realms/shop'
const keycloakHeader = {
  alg: 'RS256',
  typ: 'JWT',
  kid: 'FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE',
}
const keycloakClaims = {
  ...life,
  jti: 'onrtac:8a6c1a9e-5b1e-4a55-8a4e-4b2f7a3d9f10',
  iss: keycloakIssuer,
  aud: ['orders-api', 'account'],
  sub: 'f:4c2c7b7e:alice',
  typ: 'Bearer',
  azp: 'shop-spa',
  sid: '0f3d1f4c',
  acr: '1',
  'allowed-origins': ['https://shop.example.com'],
  realm_access: { roles: ['offline_access', 'user'] },
  resource_access: { account: { roles: ['manage-account'] } },
  scope: 'openid profile orders:read',
  preferred_username: 'alice',
}
const keycloak: Provider = {
  name: 'Keycloak',
  sources: [
    'https://www.keycloak.org/securing-apps/oidc-layers',
    'https://phasetwo.io/tutorials/clients/audience/',
  ],
  readOn,
  metadata: {
    issuer: keycloakIssuer,
    jwks_uri: `${keycloakIssuer}/protocol/openid-connect/certs`,
  },
  keySet: {
    keys: [
      { kid: 'enc', kty: 'RSA', alg: 'RSA-OAEP', use: 'enc', n: keys.ps.jwk.n, e, x5c },
      { kid: keycloakHeader.kid, kty: 'RSA', alg: 'RS256', use: 'sig', n, e, x5c, x5t: thumb },
    ],
  },
  rules: { audience: 'orders-api', algorithms: ['RS256'] },
  issuer: { typ: ['JWT', 'at+jwt'], optionalClaims: ['client_id'] },
  good: [
    ['an access token', rsa(keycloakHeader, keycloakClaims)],
    [
      'an access token with one audience',
      rsa(keycloakHeader, { ...keycloakClaims, aud: 'orders-api' }),
    ],
    [
      'an access token of a client with the RFC 9068 header switched on',
      rsa({ ...keycloakHeader, typ: 'at+jwt' }, keycloakClaims),
    ],
  ],
  bad: [
    [
      'a token of a client without an audience mapper',
      rsa(keycloakHeader, { ...keycloakClaims, aud: 'account' }),
      'claim_mismatch',
    ],
    [
      'a token without any audience',
      rsa(keycloakHeader, { ...keycloakClaims, aud: undefined }),
      'claim_missing',
    ],
    [
      'an ID token',
      rsa(keycloakHeader, { ...keycloakClaims, aud: 'shop-spa', typ: 'ID', at_hash: 'x' }),
      'claim_mismatch',
    ],
    [
      'an ID token whose client has the name of the API',
      rsa(keycloakHeader, { ...keycloakClaims, typ: 'ID', at_hash: 'x' }),
      'claim_invalid',
    ],
    [
      'a refresh token, which Keycloak signs with a secret of its own',
      rsa(
        { ...keycloakHeader, alg: 'HS512' },
        { ...keycloakClaims, typ: 'Refresh', aud: keycloakIssuer },
      ),
      'algorithm_not_allowed',
    ],
    [
      'a logout token',
      rsa({ ...keycloakHeader, typ: 'logout+jwt' }, { ...keycloakClaims, typ: 'Logout' }),
      'typ_mismatch',
    ],
    [
      'a token of another realm',
      rsa(keycloakHeader, { ...keycloakClaims, iss: 'https://sso.example.com/realms/master' }),
      'claim_mismatch',
    ],
  ],
}

const tenant = '1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d'
const api = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
const entraHeader = { typ: 'JWT', alg: 'RS256', kid: thumb }
const entraClaims = {
  aud: api,
  iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
  iat: nowSeconds - 300,
  nbf: nowSeconds - 300,
  exp: nowSeconds + 4200,
  aio: 'AXQAi/8IAAAAtAaZLo3ChMif6KOnttRB7eBq4/DccQzjcJGxPYy',
  azp: '00001111-aaaa-2222-bbbb-3333cccc4444',
  azpacr: '0',
  oid: '00000000-0000-0000-66f3-3332eca7ea81',
  rh: '0.AAAA',
  roles: ['orders.admin'],
  scp: 'orders.read orders.write',
  sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
  tid: tenant,
  uti: 'fqiBqXLPj0eQa82S-IYFAA',
  ver: '2.0',
}
/** No `alg`, and the certificate's thumbprint as `kid`. */
const entraKey = { kty: 'RSA', use: 'sig', kid: thumb, x5t: thumb, n, e, x5c }
const entraShared = {
  sources: [
    'https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference',
    'https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference',
  ],
  readOn,
  keySet: {
    keys: [
      { ...entraKey, issuer: `https://login.microsoftonline.com/${tenant}/v2.0` },
      { ...entraKey, kid: 'NextOne', x5t: 'NextOne', n: keys.ps.jwk.n },
    ],
  },
  issuer: { typ: ['JWT'], optionalClaims: ['client_id', 'jti'] },
  authorize: { scope: 'orders.read', scopeClaim: 'scp' },
} as const

const entra: Provider = {
  ...entraShared,
  name: 'Microsoft Entra ID, v2.0 tokens',
  metadata: {
    issuer: `https://login.microsoftonline.com/${tenant}/v2.0`,
    jwks_uri: `https://login.microsoftonline.com/${tenant}/discovery/v2.0/keys`,
  },
  rules: { audience: api, algorithms: ['RS256'], maximumLifetimeSeconds: 100_800 },
  good: [
    ['an access token', rsa(entraHeader, entraClaims)],
    [
      'a token of 28 hours, as continuous access evaluation makes them',
      rsa(entraHeader, { ...entraClaims, exp: entraClaims.iat + 100_800, xms_cc: ['cp1'] }),
    ],
    ['a token of a machine', rsa(entraHeader, { ...entraClaims, scp: undefined, idtyp: 'app' })],
  ],
  bad: [
    [
      'a token for Microsoft Graph',
      rsa({ ...entraHeader, nonce: 'x' }, { ...entraClaims, aud: 'https://graph.microsoft.com' }),
      'claim_mismatch',
    ],
    [
      'a token of another tenant',
      rsa(entraHeader, {
        ...entraClaims,
        iss: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
      }),
      'claim_mismatch',
    ],
    [
      'a token of a multi-tenant template',
      rsa(entraHeader, {
        ...entraClaims,
        iss: 'https://login.microsoftonline.com/{tenantid}/v2.0',
      }),
      'claim_mismatch',
    ],
    [
      'a v1.0 token',
      rsa(
        { ...entraHeader, x5t: thumb },
        { ...entraClaims, iss: `https://sts.windows.net/${tenant}/`, ver: '1.0' },
      ),
      'claim_mismatch',
    ],
    [
      'an ID token of a client that is also the API',
      rsa(entraHeader, { ...entraClaims, at_hash: 'x', scp: undefined }),
      'claim_invalid',
    ],
  ],
}

const entraV1Claims = {
  ...entraClaims,
  aud: 'api://orders',
  iss: `https://sts.windows.net/${tenant}/`,
  appid: '00001111-aaaa-2222-bbbb-3333cccc4444',
  appidacr: '0',
  azp: undefined,
  ver: '1.0',
}
const entraV1: Provider = {
  ...entraShared,
  name: 'Microsoft Entra ID, v1.0 tokens',
  metadata: {
    issuer: `https://sts.windows.net/${tenant}/`,
    jwks_uri: `https://login.microsoftonline.com/${tenant}/discovery/keys`,
  },
  rules: { audience: 'api://orders', algorithms: ['RS256'], maximumLifetimeSeconds: 100_800 },
  good: [['an access token', rsa({ ...entraHeader, x5t: thumb }, entraV1Claims)]],
  bad: [['a v2.0 token', rsa(entraHeader, entraClaims), 'claim_mismatch']],
}

const oktaIssuer = 'https://dev-12345.okta.com/oauth2/default'
const oktaHeader = { alg: 'RS256', kid: '45js03w0djwedsw' }
const oktaClaims = {
  ver: 1,
  jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
  iss: oktaIssuer,
  aud: 'https://api.example.com',
  sub: 'alice@example.com',
  ...life,
  cid: 'nmdP1fcyvdVO11AL7ECm',
  uid: '00ujmkLgagxeRrAg20g3',
  scp: ['openid', 'orders:read'],
}
const okta: Provider = {
  name: 'Okta, custom authorization server',
  sources: [
    'https://developer.okta.com/docs/guides/validate-access-tokens/main',
    'https://developer.okta.com/docs/api/openapi/okta-oauth/oauth/orgas/oauthkeys',
  ],
  readOn,
  metadata: { issuer: oktaIssuer, jwks_uri: `${oktaIssuer}/v1/keys` },
  keySet: { keys: [{ alg: 'RS256', e, n, kid: oktaHeader.kid, kty: 'RSA', use: 'sig' }] },
  rules: { audience: 'https://api.example.com', algorithms: ['RS256'] },
  issuer: { typ: 'any', optionalClaims: ['client_id'] },
  authorize: { scope: 'orders:read', scopeClaim: 'scp' },
  good: [
    ['an access token', rsa(oktaHeader, oktaClaims)],
    [
      'a token of a machine',
      rsa(oktaHeader, { ...oktaClaims, sub: oktaClaims.cid, uid: undefined }),
    ],
  ],
  bad: [
    [
      'a token of the org authorization server',
      rsa(
        { ...oktaHeader, typ: 'application/okta-internal-at+jwt' },
        { ...oktaClaims, iss: 'https://dev-12345.okta.com' },
      ),
      'claim_mismatch',
    ],
    [
      'an ID token',
      rsa(oktaHeader, {
        ...oktaClaims,
        aud: oktaClaims.cid,
        jti: 'ID.ewMNfSvcpuqyS93OgVeCN3F2LseqROkyYjz7DNb9yhs',
        at_hash: 'x',
      }),
      'claim_mismatch',
    ],
  ],
}

const googleHeader = { alg: 'RS256', kid: 'f833e8a7fe3fe4b878948219a1684afa373ca86f', typ: 'JWT' }
const googleClient = '1234987819200.apps.googleusercontent.com'
const googleClaims = {
  iss: 'https://accounts.google.com',
  azp: googleClient,
  aud: googleClient,
  sub: '10769150350006150715113082367',
  email: 'jsmith@example.com',
  email_verified: true,
  nbf: nowSeconds - 310,
  ...life,
  jti: '161970f3',
}
const google: Provider = {
  name: 'Google, ID tokens of Sign in with Google',
  sources: [
    'https://developers.google.com/identity/openid-connect/reference',
    'https://developers.google.com/identity/gsi/web/guides/verify-google-id-token',
  ],
  readOn,
  metadata: {
    issuer: 'https://accounts.google.com',
    jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
  },
  keySet: {
    keys: [
      { n: keys.ps.jwk.n, e, kty: 'RSA', alg: 'RS256', use: 'sig', kid: 'other' },
      { n, e, kty: 'RSA', alg: 'RS256', use: 'sig', kid: googleHeader.kid },
    ],
  },
  rules: { audience: googleClient, algorithms: ['RS256'] },
  issuer: { typ: ['JWT'], optionalClaims: ['client_id', 'jti'] },
  good: [['an ID token', rsa(googleHeader, googleClaims)]],
  bad: [
    [
      'an access token, which is opaque',
      'ya29.a0AfH6SMBx-1234567890abcdefghijklmnopqrstuvwxyz',
      'token_malformed',
    ],
    [
      'an ID token for another app',
      rsa(googleHeader, { ...googleClaims, aud: '5678.apps.googleusercontent.com' }),
      'claim_mismatch',
    ],
    [
      'an ID token that came with an access token',
      rsa(googleHeader, { ...googleClaims, at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q' }),
      'claim_invalid',
    ],
    [
      'the issuer of old',
      rsa(googleHeader, { ...googleClaims, iss: 'accounts.google.com' }),
      'claim_mismatch',
    ],
  ],
}

const cognitoIssuer = 'https://cognito-idp.us-west-2.amazonaws.com/us-west-2_example'
const cognitoHeader = { kid: 'KeyId/with+slash1234example=', alg: 'RS256' }
const cognitoClaims = {
  sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  device_key: 'us-west-2_aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
  'cognito:groups': ['admin'],
  iss: cognitoIssuer,
  version: 2,
  client_id: 'xxxxxxxxxxxxexample',
  origin_jti: 'aaaaaaaa-bbbb-cccc-dddd-ffffffffffff',
  event_id: 'aaaaaaaa-bbbb-cccc-dddd-000000000000',
  token_use: 'access',
  scope: 'phone openid profile orders/read',
  auth_time: nowSeconds - 10,
  ...life,
  jti: 'aaaaaaaa-bbbb-cccc-dddd-111111111111',
  username: 'my-test-user',
}
const { client_id: cognitoClient, ...cognitoIdClaims } = cognitoClaims
const cognito: Provider = {
  name: 'Amazon Cognito',
  sources: [
    'https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html',
    'https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html',
  ],
  readOn,
  metadata: { issuer: cognitoIssuer, jwks_uri: `${cognitoIssuer}/.well-known/jwks.json` },
  keySet: {
    keys: [
      { kid: cognitoHeader.kid, alg: 'RS256', kty: 'RSA', e, n, use: 'sig' },
      { kid: '5678example=', alg: 'RS256', kty: 'RSA', e, n: keys.ps.jwk.n, use: 'sig' },
    ],
  },
  rules: { audience: 'https://api.example.com', algorithms: ['RS256'] },
  issuer: { typ: 'any', clientIds: [cognitoClient] },
  authorize: { scope: 'orders/read' },
  good: [
    ['an access token', rsa(cognitoHeader, cognitoClaims)],
    [
      'an access token bound to the API',
      rsa(cognitoHeader, { ...cognitoClaims, aud: 'https://api.example.com' }),
    ],
  ],
  bad: [
    [
      'an access token of another client',
      rsa(cognitoHeader, { ...cognitoClaims, client_id: 'other' }),
      'claim_mismatch',
    ],
    [
      'an access token without a client',
      rsa(cognitoHeader, { ...cognitoClaims, client_id: undefined }),
      'claim_missing',
    ],
    [
      'an access token bound to another API',
      rsa(cognitoHeader, { ...cognitoClaims, aud: 'https://other.example.com' }),
      'claim_mismatch',
    ],
    [
      'an ID token',
      rsa(cognitoHeader, { ...cognitoIdClaims, token_use: 'id', aud: cognitoClient }),
      'claim_mismatch',
    ],
    [
      'a token of another pool',
      rsa(cognitoHeader, {
        ...cognitoClaims,
        iss: 'https://cognito-idp.us-west-2.amazonaws.com/us-west-2_other',
      }),
      'claim_mismatch',
    ],
  ],
}

const supabaseIssuer = 'https://project-ref.supabase.co/auth/v1'
const supabaseHeader = { alg: 'ES256', typ: 'JWT', kid: 'b81269f1-21d8-4f2e-b719-c2240a840d90' }
const supabaseClaims = {
  iss: supabaseIssuer,
  aud: 'authenticated',
  ...life,
  sub: '123e4567-e89b-12d3-a456-426614174000',
  role: 'authenticated',
  aal: 'aal1',
  session_id: '123e4567-e89b-12d3-a456-426614174001',
  email: 'user@example.com',
  phone: '',
  is_anonymous: false,
  app_metadata: { provider: 'email' },
  user_metadata: { name: 'Alice' },
  amr: [{ method: 'password', timestamp: nowSeconds - 10 }],
}
const { x, y } = keys.es.jwk
const supabase: Provider = {
  name: 'Supabase',
  sources: [
    'https://supabase.com/docs/guides/auth/jwts',
    'https://supabase.com/docs/guides/auth/jwt-fields',
    'https://supabase.com/docs/guides/auth/signing-keys',
  ],
  readOn,
  metadata: { issuer: supabaseIssuer, jwks_uri: `${supabaseIssuer}/.well-known/jwks.json` },
  keySet: {
    keys: [
      {
        x,
        y,
        alg: 'ES256',
        crv: 'P-256',
        ext: true,
        kid: supabaseHeader.kid,
        kty: 'EC',
        key_ops: ['verify'],
      },
    ],
  },
  rules: { audience: 'authenticated', algorithms: ['ES256'] },
  issuer: { typ: ['JWT'], optionalClaims: ['client_id', 'jti'] },
  good: [['an access token', signContent(supabaseHeader, supabaseClaims, keys.es)]],
  bad: [
    [
      'the anon key, a token of ten years that is in every page',
      signContent(
        supabaseHeader,
        {
          iss: 'supabase',
          ref: 'project-ref',
          role: 'anon',
          iat: nowSeconds,
          exp: nowSeconds + 315_360_000,
        },
        keys.es,
      ),
      'claim_mismatch',
    ],
    [
      'a token signed with the shared secret of old',
      signContent({ ...supabaseHeader, alg: 'HS256' }, supabaseClaims, keys.es),
      'algorithm_not_allowed',
    ],
    [
      'a token of another project',
      signContent(
        supabaseHeader,
        { ...supabaseClaims, iss: 'https://other.supabase.co/auth/v1' },
        keys.es,
      ),
      'claim_mismatch',
    ],
  ],
}

export const providers: readonly Provider[] = [
  auth0,
  auth0Rfc9068,
  keycloak,
  entra,
  entraV1,
  okta,
  google,
  cognito,
  supabase,
]
