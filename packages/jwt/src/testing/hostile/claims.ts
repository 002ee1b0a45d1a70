import type { JwtErrorCode } from '../../errors.ts'
import type { Members } from '../tokens.ts'
import {
  audience,
  encode,
  issuer,
  makeClaims,
  makeHeader,
  makeToken,
  nowSeconds,
  signContent,
} from '../tokens.ts'
import type { Attempt } from './attempt.ts'

const claim = (rule: string, name: string, claims: Members, code: JwtErrorCode): Attempt => [
  rule,
  name,
  makeToken({ claims }),
  code,
]

/** A claim whose value is JSON that `JSON.stringify` would not write. */
const rawClaim = (name: string, value: string): string => {
  const rest = JSON.stringify(makeClaims({ [name]: undefined }))
  return signContent(makeHeader(), `${rest.slice(0, -1)},"${name}":${value}}`)
}

const raw = (rule: string, name: string, value: string, code: JwtErrorCode): Attempt => [
  rule,
  `${name} ${value.slice(0, 30)}`,
  rawClaim(name, value),
  code,
]

const notNumbers = [
  '"1800000300"',
  'null',
  'true',
  '[]',
  '[1800000300]',
  '{}',
  '""',
  '1e999',
  '-1e999',
  '"1e3"',
]

/** A:time, with a leeway of 5 seconds. */
export const timeAttempts: readonly Attempt[] = [
  ...[5, 6, 60, 300, nowSeconds].map((ago) =>
    claim(
      'J17',
      `exp ${ago} s ago`,
      { exp: nowSeconds - ago, iat: nowSeconds - ago - 60 },
      'token_expired',
    ),
  ),
  claim('J17', 'exp 0', { exp: 0, iat: -60 }, 'token_expired'),
  claim('J17', 'exp negative', { exp: -1, iat: -60 }, 'token_expired'),
  claim('J17', 'exp in minutes', { exp: Math.floor(nowSeconds / 60) }, 'token_expired'),
  claim('J17', 'exp a fraction before the edge', { exp: nowSeconds - 5.001 }, 'token_expired'),
  ...[6, 7, 60, 3600].map((ahead) =>
    claim(
      'J18',
      `nbf ${ahead} s ahead`,
      { nbf: nowSeconds + ahead, exp: nowSeconds + 7200 },
      'token_not_yet_valid',
    ),
  ),
  claim('J18', 'nbf in milliseconds', { nbf: nowSeconds * 1000 }, 'token_not_yet_valid'),
  claim('J18', 'nbf after exp', { nbf: nowSeconds + 3, exp: nowSeconds + 2 }, 'claim_invalid'),
  ...['exp', 'nbf', 'iat'].flatMap((name) =>
    notNumbers.map((value) => raw('J19', name, value, 'claim_invalid')),
  ),
  claim('J20', 'no exp', { exp: undefined }, 'claim_missing'),
  claim('J20', 'no iat', { iat: undefined }, 'claim_missing'),
  ...[6, 60, 3600].map((ahead) =>
    claim(
      'J20',
      `iat ${ahead} s ahead`,
      { iat: nowSeconds + ahead, exp: nowSeconds + 7200 },
      'token_not_yet_valid',
    ),
  ),
  claim(
    'J20',
    'iat ahead, nbf long ago',
    { iat: nowSeconds + 60, nbf: nowSeconds - 60 },
    'token_not_yet_valid',
  ),
  claim('J20', 'a life of a day and a second', { exp: nowSeconds + 86_391 }, 'claim_invalid'),
  claim('J20', 'a life of ten years', { exp: nowSeconds + 315_360_000 }, 'claim_invalid'),
  claim('J20', 'exp in milliseconds', { exp: (nowSeconds + 300) * 1000 }, 'claim_invalid'),
  claim('J20', 'exp in microseconds', { exp: nowSeconds * 1e6 }, 'claim_invalid'),
  claim('J20', 'exp in the year 9999', { exp: 253_402_300_799 }, 'claim_invalid'),
  claim('J20', 'exp the largest integer', { exp: Number.MAX_SAFE_INTEGER }, 'claim_invalid'),
  claim('J20', 'exp the largest number', { exp: Number.MAX_VALUE }, 'claim_invalid'),
  claim(
    'J20',
    'all in milliseconds',
    { exp: (nowSeconds + 300) * 1000, iat: nowSeconds * 1000 },
    'token_not_yet_valid',
  ),
  claim('J20', 'iat 0', { iat: 0 }, 'claim_invalid'),
  claim('J20', 'iat negative', { iat: -nowSeconds }, 'claim_invalid'),
  claim('J20', 'exp equal to iat', { iat: nowSeconds + 2, exp: nowSeconds + 2 }, 'claim_invalid'),
  claim('J20', 'exp before iat', { iat: nowSeconds + 3, exp: nowSeconds + 2 }, 'claim_invalid'),
]

const foreignIssuers = [
  `${issuer}/`,
  `${issuer}//`,
  `${issuer}/tenant`,
  `${issuer}?x`,
  `${issuer}#x`,
  `${issuer}:443`,
  `${issuer}.`,
  `${issuer}.evil.example`,
  `${issuer} `,
  ` ${issuer}`,
  `${issuer}\u0000`,
  `${issuer}\n`,
  'https://LOGIN.example',
  'HTTPS://login.example',
  'http://login.example',
  'https://user@login.example',
  'https://login.example@evil.example',
  'https://login%2Eexample',
  'https://l\u043egin.example',
  'https://login.exampl\u0435',
  'login.example',
  '//login.example',
  'https://evil.example',
  'https://evil.example/?https://login.example',
  'https://login.example,https://evil.example',
  '*',
  '.*',
  '',
  ' ',
  '__proto__',
  'constructor',
]

/** A:issuer. */
export const issuerAttempts: readonly Attempt[] = [
  ...foreignIssuers.map((iss) =>
    claim('J21', `iss ${JSON.stringify(iss)}`, { iss }, 'claim_mismatch'),
  ),
  ...[null, 0, true, [issuer], [issuer, 'https://evil.example'], { iss: issuer }, []].map((iss) =>
    claim('J21', `iss ${JSON.stringify(iss)}`, { iss }, 'claim_invalid'),
  ),
  claim('J21', 'no iss', { iss: undefined }, 'claim_missing'),
  [
    'J21',
    'iss in the header only',
    makeToken({ header: { iss: issuer }, claims: { iss: undefined } }),
    'claim_missing',
  ],
]

const foreignAudiences: readonly unknown[] = [
  `${audience}/`,
  `${audience}/orders`,
  `${audience}?x`,
  `${audience}#x`,
  `${audience}:443`,
  `${audience}.evil.example`,
  `${audience} `,
  ` ${audience}`,
  `${audience} https://other.example`,
  `${audience},https://other.example`,
  'https://API.example',
  'http://api.example',
  'api.example',
  'https://api',
  'https://api.exampl',
  'https://\u0430pi.example',
  'https://other.example',
  'spa',
  '*',
  '.*',
  '__proto__',
  ['https://other.example'],
  [`${audience}/`, 'https://other.example'],
  ['https://other.example', 'length'],
]

const brokenAudiences: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  true,
  false,
  [],
  {},
  { 0: audience },
  { 0: audience, length: 1 },
  { aud: audience },
  [[audience]],
  [audience, 1],
  [audience, null],
  [audience, ''],
  [audience, ['https://other.example']],
  [audience, {}],
  [audience, `https://other.example\u0000`],
  [1],
  [null],
]

/** A:audience. */
export const audienceAttempts: readonly Attempt[] = [
  ...foreignAudiences.map((aud) =>
    claim('J23', `aud ${JSON.stringify(aud)}`, { aud }, 'claim_mismatch'),
  ),
  ...brokenAudiences.map((aud) =>
    claim('J23', `aud ${JSON.stringify(aud)}`, { aud }, 'claim_invalid'),
  ),
  claim('J23', 'no aud', { aud: undefined }, 'claim_missing'),
  claim('J23', 'resource instead of aud', { aud: undefined, resource: audience }, 'claim_missing'),
]

const brokenIdentifiers: readonly unknown[] = [
  null,
  '',
  ' ',
  '\t',
  0,
  1,
  true,
  [],
  ['alice'],
  {},
  { toString: 'alice' },
  { $gt: '' },
  'a\u0000b',
  'a\r\nb',
  '\u007f',
]

/** A:claims. */
export const claimAttempts: readonly Attempt[] = [
  ...['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'].map((name) =>
    claim('J25', `no ${name}`, { [name]: undefined }, 'claim_missing'),
  ),
  claim(
    'J25',
    'no claims but iss',
    Object.fromEntries(
      Object.keys(makeClaims())
        .filter((name) => name !== 'iss')
        .map((name) => [name, undefined]),
    ),
    'claim_missing',
  ),
  ['J25', 'no claims at all', signContent(makeHeader(), {}), 'claim_missing'],
  [
    'J25',
    'claims in a prototype',
    signContent(makeHeader(), `{"__proto__":${JSON.stringify(makeClaims())}}`),
    'claim_missing',
  ],
  [
    'J25',
    'claims one level down',
    signContent(makeHeader(), { claims: makeClaims() }),
    'claim_missing',
  ],
  [
    'J25',
    'claims as text',
    signContent(makeHeader(), { payload: encode(makeClaims()) }),
    'claim_missing',
  ],
  claim('J25', 'azp instead of client_id', { client_id: undefined, azp: 'spa' }, 'claim_missing'),
  ...['sub', 'jti', 'client_id'].flatMap((name) =>
    brokenIdentifiers.map((value) =>
      claim('J27', `${name} ${JSON.stringify(value)}`, { [name]: value }, 'claim_invalid'),
    ),
  ),
  ...[['orders:read'], [], null, 1, { 0: 'orders:read' }].map((scope) =>
    claim('J30', `scope ${JSON.stringify(scope)}`, { scope }, 'claim_invalid'),
  ),
]
