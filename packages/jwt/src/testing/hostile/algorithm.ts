import { createPublicKey, createSecretKey, randomBytes } from 'node:crypto'
import type { Algorithm } from '../../algorithms.ts'
import type { TestKey } from '../keys.ts'
import { signOctets } from '../keys.ts'
import {
  attacker,
  encode,
  keys,
  makeClaims,
  makeHeader,
  makeToken,
  signContent,
  signSegments,
} from '../tokens.ts'
import type { Attempt } from './attempt.ts'

const spellings = [
  'none',
  'None',
  'NONE',
  'nOnE',
  'none ',
  ' none',
  'none\u0000',
  'n\u043ene',
  'no\u0000ne',
  'null',
  '',
]

const unsigned = (alg: unknown): string =>
  `${encode(makeHeader(keys.es, { alg }))}.${encode(makeClaims())}`

/** A:none. */
export const noneAttempts: readonly Attempt[] = [
  ...spellings.flatMap((alg): Attempt[] => [
    ['J02', `alg ${JSON.stringify(alg)} without signature`, `${unsigned(alg)}.`, 'token_malformed'],
    [
      'J02',
      `alg ${JSON.stringify(alg)} with one octet`,
      `${unsigned(alg)}.AA`,
      'algorithm_not_allowed',
    ],
    [
      'J02',
      `alg ${JSON.stringify(alg)} with a genuine signature`,
      makeToken({ header: { alg } }),
      'algorithm_not_allowed',
    ],
  ]),
  ...[undefined, null, true, false, 0, 1, ['ES256'], [], { alg: 'ES256' }, {}].map(
    (alg): Attempt => [
      'J02',
      `alg ${JSON.stringify(alg)}`,
      makeToken({ header: { alg } }),
      'algorithm_not_allowed',
    ],
  ),
  ...[
    'es256',
    'Es256',
    'ES256 ',
    ' ES256',
    'ES256\n',
    'ES-256',
    'ES256K',
    'SHA256',
    'HS256',
    'ES384',
  ].map(
    (alg): Attempt => [
      'J02',
      `alg ${JSON.stringify(alg)} by the ES256 key`,
      makeToken({ header: { alg } }),
      'algorithm_not_allowed',
    ],
  ),
]

const claims = () => encode(makeClaims())

const swap = (kid: string, alg: Algorithm, key: TestKey): string => {
  const input = `${encode(makeHeader(key, { alg, kid }))}.${claims()}`
  const signature = signOctets(alg, key.signingKey, Buffer.from(input))
  return `${input}.${signature.toString('base64url')}`
}

/** A:alg-swap, against a verifier that lists every algorithm but HMAC. */
export const swapAttempts: readonly Attempt[] = [
  ...(['RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map(
    (alg): Attempt => [
      'J03',
      `${alg} by the real RS256 key`,
      swap('rs', alg, keys.rs),
      'algorithm_not_allowed',
    ],
  ),
  ...(['RS256', 'RS384', 'RS512', 'PS384', 'PS512'] as const).map(
    (alg): Attempt => [
      'J03',
      `${alg} by the real PS256 key`,
      swap('ps', alg, keys.ps),
      'algorithm_not_allowed',
    ],
  ),
  [
    'J03',
    'ES256 under the kid of the RSA key',
    swap('rs', 'ES256', keys.es),
    'algorithm_not_allowed',
  ],
  [
    'J03',
    'EdDSA under the kid of the RSA key',
    swap('rs', 'EdDSA', keys.ed),
    'algorithm_not_allowed',
  ],
  [
    'J03',
    'RS256 under the kid of the EC key',
    swap('es', 'RS256', keys.rs),
    'algorithm_not_allowed',
  ],
  [
    'J03',
    'RS256 under the kid of the PS256 key',
    swap('ps', 'RS256', keys.rs),
    'algorithm_not_allowed',
  ],
  [
    'J03',
    'EdDSA under the kid of the EC key',
    swap('es', 'EdDSA', keys.ed),
    'algorithm_not_allowed',
  ],
  [
    'J03',
    'ES256 under the kid of the Ed25519 key',
    swap('ed', 'ES256', keys.es),
    'algorithm_not_allowed',
  ],
  [
    'J03',
    'header says RS256, signature is ES256, kid of the RSA key',
    makeToken({ header: { alg: 'RS256', kid: 'rs' } }),
    'signature_invalid',
  ],
  [
    'J03',
    'header says ES256, signature is RS256, kid of the EC key',
    makeToken({ header: { alg: 'ES256', kid: 'es' }, key: keys.rs }),
    'signature_invalid',
  ],
]

const publicTexts = (): readonly (readonly [string, Uint8Array])[] => {
  const jwk = keys.rs.jwk as unknown as { n: string; e: string; kty: string }
  const key = createPublicKey(keys.rs.signingKey)
  const pem = key.export({ type: 'spki', format: 'pem' }) as string
  const pkcs1 = key.export({ type: 'pkcs1', format: 'pem' }) as string
  return [
    ['the SPKI PEM', Buffer.from(pem)],
    ['the SPKI PEM without its last newline', Buffer.from(pem.trimEnd())],
    ['the SPKI PEM with CR LF', Buffer.from(pem.replaceAll('\n', '\r\n'))],
    ['the SPKI PEM without its frame', Buffer.from(pem.replace(/-----.*?-----|\n/g, ''))],
    ['the PKCS1 PEM', Buffer.from(pkcs1)],
    ['the SPKI DER', key.export({ type: 'spki', format: 'der' })],
    ['the PKCS1 DER', key.export({ type: 'pkcs1', format: 'der' })],
    ['the JWK text', Buffer.from(JSON.stringify(jwk))],
    ['the canonical JWK text', Buffer.from(JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n }))],
    ['the modulus', Buffer.from(jwk.n, 'base64url')],
    ['the modulus text', Buffer.from(jwk.n)],
    ['the kid', Buffer.from('rs')],
  ]
}

const macToken = (alg: Algorithm, secret: Uint8Array, kid = 'rs'): string => {
  const key = { alg, kid, jwk: { kty: 'oct' }, signingKey: createSecretKey(secret) }
  return signContent(makeHeader(key), makeClaims(), key)
}

/** A:confusion. */
export const confusionAttempts: readonly Attempt[] = publicTexts().flatMap(([name, secret]) =>
  (['HS256', 'HS384', 'HS512'] as const).map(
    (alg): Attempt => [
      'J04',
      `${alg} with ${name} as secret`,
      macToken(alg, secret),
      'algorithm_not_allowed',
    ],
  ),
)

/** A:weak-hmac: secrets an attacker would guess, against a verifier with one proper secret. */
export const weakSecretAttempts: readonly Attempt[] = [
  ['an empty secret', new Uint8Array()],
  ['one zero octet', new Uint8Array(1)],
  ['32 zero octets', new Uint8Array(32)],
  ...['secret', 'password', 'changeme', 'your-256-bit-secret', 'null', 'undefined', 'hs'].map(
    (word): [string, Uint8Array] => [`the word ${word}`, Buffer.from(word)],
  ),
  ['random octets', randomBytes(32)] as [string, Uint8Array],
].map(
  ([name, secret]): Attempt => [
    'J04',
    `HS256 with ${name}`,
    macToken('HS256', secret as Uint8Array, 'hs'),
    'signature_invalid',
  ],
)

/** A:header-key: a token of the attacker that brings its key along, or says where it is. */
export const headerKeyAttempts = (attackerUrl: string): readonly Attempt[] => {
  const own = attacker.es
  const certificate = Buffer.from('not a certificate').toString('base64')
  const embedded: readonly (readonly [string, Record<string, unknown>])[] = [
    ['jwk', { jwk: own.jwk }],
    ['jwk without kid', { jwk: { ...own.jwk, kid: undefined } }],
    ['jwk as text', { jwk: JSON.stringify(own.jwk) }],
    ['jwk null', { jwk: null }],
    ['jku', { jku: `${attackerUrl}/jwks` }],
    ['jku with a fragment of the issuer', { jku: `${attackerUrl}/jwks#https://login.example` }],
    ['jku with user info', { jku: attackerUrl.replace('//', '//login.example@') }],
    ['jku as a list', { jku: [`${attackerUrl}/jwks`] }],
    ['x5u', { x5u: `${attackerUrl}/certificate` }],
    ['x5c', { x5c: [certificate] }],
    ['x5c empty', { x5c: [] }],
    ['jku and x5u', { jku: `${attackerUrl}/jwks`, x5u: `${attackerUrl}/certificate` }],
    ['jwk in another case and jwk', { JWK: own.jwk, jwk: own.jwk }],
  ]
  const named: readonly (readonly [string, Record<string, unknown>])[] = [
    ['x5t', { x5t: 'AAAAAAAAAAAAAAAAAAAAAAAAAAA' }],
    ['x5t#S256', { 'x5t#S256': 'A'.repeat(43) }],
    ['keys', { keys: [own.jwk] }],
    ['JWK', { JWK: own.jwk }],
    ['iss', { iss: attackerUrl }],
    ['jwks_uri', { jwks_uri: `${attackerUrl}/jwks` }],
    ['url', { url: `${attackerUrl}/jwks` }],
  ]
  return [
    ...embedded.flatMap(([name, header]): Attempt[] => [
      ['J05', `${name}, the issuer's kid`, makeToken({ header, key: own }), 'header_unsupported'],
      [
        'J05',
        `${name}, a kid of its own`,
        makeToken({ header: { ...header, kid: 'evil' }, key: own }),
        'header_unsupported',
      ],
    ]),
    ...named.flatMap(([name, header]): Attempt[] => [
      ['J05', `${name}, the issuer's kid`, makeToken({ header, key: own }), 'signature_invalid'],
      [
        'J05',
        `${name}, a kid of its own`,
        makeToken({ header: { ...header, kid: 'evil' }, key: own }),
        'key_unknown',
      ],
    ]),
    [
      'J05',
      'kid is the address of the key',
      makeToken({ header: { kid: `${attackerUrl}/jwks` }, key: own }),
      'key_unknown',
    ],
    [
      'J05',
      'iss is the address of the key',
      makeToken({ claims: { iss: attackerUrl }, key: own }),
      'claim_mismatch',
    ],
  ]
}

const kids: readonly unknown[] = [
  undefined,
  null,
  '',
  ' ',
  0,
  1,
  true,
  ['es'],
  { es: 'es' },
  { toString: 'es' },
  'ES',
  'es ',
  ' es',
  'es\u0000',
  'es\n',
  'e\u0455',
  '\uff45\uff53',
  'es,rs',
  'es.',
  '*',
  '../es',
  '../../../../dev/null',
  '/dev/null',
  'file:///dev/null',
  'C:\\keys\\es',
  "es' OR '1'='1",
  "x' UNION SELECT 'AA'--",
  'es; rm -rf /',
  '$(id)',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'keys',
  '0',
  'a'.repeat(256),
  'a'.repeat(4000),
]

/** A:kid: genuine signatures of the ES256 key under other names. */
export const kidAttempts: readonly Attempt[] = [
  ...kids.map(
    (kid): Attempt => [
      'J06',
      `kid ${JSON.stringify(kid)?.slice(0, 30)}`,
      makeToken({ header: { kid } }),
      'key_unknown',
    ],
  ),
  ['J06', 'kid of another key', makeToken({ header: { kid: 'ed' } }), 'algorithm_not_allowed'],
  [
    'J06',
    'kid twice',
    signSegments(encode('{"alg":"ES256","typ":"at+jwt","kid":"es","kid":"es"}'), claims()),
    'token_malformed',
  ],
]
