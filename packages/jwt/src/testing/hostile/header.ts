import type { JwtErrorCode } from '../../errors.ts'
import { encode, keys, makeClaims, makeHeader, makeToken, signSegments } from '../tokens.ts'
import type { Attempt } from './attempt.ts'

const critical: readonly (readonly [string, Record<string, unknown>])[] = [
  ['an empty list', { crit: [] }],
  ['the registered exp', { crit: ['exp'], exp: 1_900_000_000 }],
  ['the registered alg', { crit: ['alg'] }],
  ['the registered kid', { crit: ['kid'] }],
  ['the registered typ', { crit: ['typ'] }],
  ['crit itself', { crit: ['crit'] }],
  ['an unknown extension', { crit: ['urn:example:x'], 'urn:example:x': true }],
  ['an unknown extension that is absent', { crit: ['urn:example:x'] }],
  ['the same name twice', { crit: ['x', 'x'], x: 1 }],
  ['an empty name', { crit: [''] }],
  ['a number', { crit: [1] }],
  ['null', { crit: null }],
  ['false', { crit: false }],
  ['a text', { crit: 'exp' }],
  ['an object', { crit: {} }],
  ['a list in a list', { crit: [['exp']] }],
  ['__proto__', { crit: ['__proto__'] }],
  ['b64 true', { crit: ['b64'], b64: true }],
]

const unencoded = (header: Record<string, unknown>): string =>
  signSegments(encode(makeHeader(keys.es, header)), 'plain')

/** A:crit, the unencoded payload of RFC 7797 included. */
export const critAttempts: readonly Attempt[] = [
  ...critical.map(
    ([name, header]): Attempt => [
      'J07',
      `crit with ${name}`,
      makeToken({ header }),
      'header_unsupported',
    ],
  ),
  [
    'J08',
    'b64 false, critical',
    makeToken({ header: { b64: false, crit: ['b64'] } }),
    'header_unsupported',
  ],
  ['J08', 'b64 false, not critical', makeToken({ header: { b64: false } }), 'header_unsupported'],
  ['J08', 'b64 true', makeToken({ header: { b64: true } }), 'header_unsupported'],
  ['J08', 'b64 null', makeToken({ header: { b64: null } }), 'header_unsupported'],
  [
    'J08',
    'b64 as text',
    makeToken({ header: { b64: 'false', crit: ['b64'] } }),
    'header_unsupported',
  ],
  [
    'J08',
    'b64 false over a plain payload',
    unencoded({ b64: false, crit: ['b64'] }),
    'token_malformed',
  ],
  [
    'J08',
    'b64 false over plain JSON',
    signSegments(
      encode(makeHeader(keys.es, { b64: false, crit: ['b64'] })),
      JSON.stringify(makeClaims()),
    ),
    'token_malformed',
  ],
]

/** A:jwe, and what belongs to encryption in the header of a signed token. */
export const encryptedAttempts: readonly Attempt[] = [
  ...(
    [
      ['five segments', { alg: 'dir', enc: 'A256GCM' }],
      ['RSA-OAEP to a public key', { alg: 'RSA-OAEP', enc: 'A256GCM', kid: 'rs' }],
      ['ECDH-ES', { alg: 'ECDH-ES', enc: 'A256GCM', kid: 'es', epk: keys.es.jwk }],
      [
        'a password with ten million rounds',
        { alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e7, p2s: 'AAAAAAAAAAA' },
      ],
      ['a compressed bomb', { alg: 'dir', enc: 'A256GCM', zip: 'DEF' }],
      ['at+jwt', { alg: 'dir', enc: 'A256GCM', typ: 'at+jwt', kid: 'es' }],
    ] as const
  ).map(
    ([name, header]): Attempt => [
      'J14',
      `a JWE: ${name}`,
      `${encode(header)}.AAAA.AAAAAAAAAAAAAAAA.${encode(makeClaims())}.AAAAAAAAAAAAAAAAAAAAAA`,
      'token_malformed',
    ],
  ),
  [
    'J14',
    'a JWE with an empty key',
    `${encode({ alg: 'dir', enc: 'A256GCM' })}..AAAA.AAAA.AAAA`,
    'token_malformed',
  ],
  ['J14', 'enc in a signed token', makeToken({ header: { enc: 'A256GCM' } }), 'header_unsupported'],
  ['J14', 'zip in a signed token', makeToken({ header: { zip: 'DEF' } }), 'header_unsupported'],
  [
    'J14',
    'p2c in a signed token',
    makeToken({ header: { p2c: 2_147_483_647 } }),
    'header_unsupported',
  ],
  ['J14', 'alg dir', makeToken({ header: { alg: 'dir' } }), 'algorithm_not_allowed'],
  [
    'J14',
    'alg PBES2',
    makeToken({ header: { alg: 'PBES2-HS512+A256KW' } }),
    'algorithm_not_allowed',
  ],
  ['J14', 'alg RSA-OAEP', makeToken({ header: { alg: 'RSA-OAEP' } }), 'algorithm_not_allowed'],
  ['J14', 'a nested token', makeToken({ header: { cty: 'JWT' } }), 'header_unsupported'],
  [
    'J14',
    'a nested token, spelt in full',
    makeToken({ header: { cty: 'application/jwt' } }),
    'header_unsupported',
  ],
  [
    'J14',
    'a token inside a token',
    signSegments(encode(makeHeader()), encode(makeToken())),
    'token_malformed',
  ],
]

const types: readonly unknown[] = [
  undefined,
  null,
  '',
  ' ',
  'JWT',
  'jwt',
  'application/jwt',
  'at',
  'at+jw',
  'at+jwt ',
  ' at+jwt',
  'at+jwt\u0000',
  'at+jwt;charset=utf-8',
  'at+jwt,JWT',
  'x-at+jwt',
  'application/application/at+jwt',
  'text/at+jwt',
  'application/ at+jwt',
  'a\u0442+jwt',
  'id+jwt',
  'id_token+jwt',
  'logout+jwt',
  'dpop+jwt',
  'secevent+jwt',
  'rt+jwt',
  'oauth-authz-req+jwt',
  'token-introspection+jwt',
  'client-authentication+jwt',
  'JOSE',
  'JOSE+JSON',
  0,
  true,
  ['at+jwt'],
  { typ: 'at+jwt' },
]

/** A:type. */
export const typeAttempts: readonly Attempt[] = types.map(
  (typ): Attempt => [
    'J24',
    `typ ${JSON.stringify(typ)}`,
    makeToken({ header: { typ } }),
    'typ_mismatch',
  ],
)

const kind = (name: string, token: string, code: JwtErrorCode = 'typ_mismatch'): Attempt => [
  'J26',
  name,
  token,
  code,
]

/** The other kinds of token of the same issuer, each well formed for its own use. */
export const otherKindAttempts: readonly Attempt[] = [
  kind(
    'an ID token',
    makeToken({
      header: { typ: 'JWT' },
      claims: { aud: 'spa', nonce: 'n', at_hash: 'a', client_id: undefined, jti: undefined },
    }),
  ),
  kind(
    'an ID token for this audience without typ',
    makeToken({ header: { typ: undefined }, claims: { nonce: 'n', client_id: undefined } }),
  ),
  kind(
    'a logout token',
    makeToken({
      header: { typ: 'logout+jwt' },
      claims: { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    }),
  ),
  kind(
    'a DPoP proof',
    makeToken({
      header: { typ: 'dpop+jwt', jwk: keys.es.jwk, kid: undefined },
      claims: { htm: 'GET', htu: 'https://api.example/' },
    }),
    'header_unsupported',
  ),
  kind('a DPoP proof without its key', makeToken({ header: { typ: 'dpop+jwt' } })),
  kind('a refresh token', makeToken({ header: { typ: 'rt+jwt' } })),
  kind('an opaque refresh token', 'mF_9.B5f-4.1JqM'.repeat(3), 'token_malformed'),
]
