import type { JwtErrorCode } from '../../errors.ts'
import {
  encode,
  keys,
  makeClaims,
  makeHeader,
  makeToken,
  signContent,
  signSegments,
} from '../tokens.ts'
import type { Attempt } from './attempt.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Text of a length whose encoding ends in unused bits. */
const unaligned = (content: object): string => {
  const text = JSON.stringify(content)
  return text + ' '.repeat((4 - (text.length % 3)) % 3)
}

/** An encoding without unused bits; one more character then encodes nothing. */
const aligned = (content: object): string => {
  const text = JSON.stringify(content)
  return encode(text + ' '.repeat((3 - (text.length % 3)) % 3))
}

/** The same octets with the next value of the unused bits. */
const otherSpelling = (segment: string): string => {
  const last = alphabet.indexOf(segment.slice(-1))
  return segment.slice(0, -1) + alphabet[last + 1]
}

const header = () => encode(makeHeader())
const claims = () => encode(makeClaims())

const text = (rule: string, name: string, token: string): Attempt => [
  rule,
  name,
  token,
  'token_malformed',
]

const decorations: readonly (readonly [string, (token: string) => string])[] = [
  ['a leading blank', (token) => ` ${token}`],
  ['a trailing blank', (token) => `${token} `],
  ['a trailing newline', (token) => `${token}\n`],
  ['a trailing CR LF', (token) => `${token}\r\n`],
  ['a leading tab', (token) => `\t${token}`],
  ['a trailing NUL', (token) => `${token}\u0000`],
  ['a byte order mark', (token) => `\ufeff${token}`],
  ['a zero-width space', (token) => `${token}\u200b`],
  ['the scheme', (token) => `Bearer ${token}`],
  ['quotes', (token) => `"${token}"`],
  ['a trailing comma', (token) => `${token},`],
  ['a trailing semicolon', (token) => `${token};`],
  ['a trailing dot', (token) => `${token}.`],
  ['a leading dot', (token) => `.${token}`],
  ['a fourth segment', (token) => `${token}.AAAA`],
  ['a fifth segment', (token) => `${token}.AAAA.AAAA`],
  ['itself again', (token) => token + token],
  ['itself after a comma', (token) => `${token},${token}`],
  ['percent encoding', (token) => token.replaceAll('.', '%2E')],
  ['full-width dots', (token) => token.replaceAll('.', '\uff0e')],
  ['ideographic dots', (token) => token.replaceAll('.', '\u3002')],
  ['two dots each', (token) => token.replaceAll('.', '..')],
  ['no dots', (token) => token.replaceAll('.', '')],
  ['one dot', (token) => token.replace('.', '')],
  ['a padded header', (token) => token.replace('.', '=.')],
  ['a padded signature', (token) => `${token}=`],
  ['two padding characters', (token) => `${token}==`],
  ['a blank in the header', (token) => `${token.slice(0, 9)} ${token.slice(9)}`],
  ['a newline in the header', (token) => `${token.slice(0, 9)}\n${token.slice(9)}`],
  ['a blank in the signature', (token) => `${token.slice(0, -9)} ${token.slice(-9)}`],
  ['a question mark in the payload', (token) => token.replace(/\.(.{9})/, '.$1?')],
  ['hashes after the header', (token) => token.replace('.', '####.')],
  ['a plus sign', (token) => token.replace(/\.(.{9})./, '.$1+')],
  ['a slash', (token) => token.replace(/\.(.{9})./, '.$1/')],
  ['an emoji', (token) => `${token}\u{1f511}`],
  ['a cyrillic letter', (token) => token.replace('e', '\u0435')],
  ['hexadecimal', (token) => Buffer.from(token).toString('hex')],
  ['base64 around it', (token) => Buffer.from(token).toString('base64')],
]

const withoutPart = (): readonly (readonly [string, string])[] => {
  const [first, second, third] = makeToken().split('.') as [string, string, string]
  return [
    ['nothing', ''],
    ['one dot', '.'],
    ['two dots', '..'],
    ['a blank', ' '],
    ['only a header', first],
    ['no signature', `${first}.${second}`],
    ['an empty signature', `${first}.${second}.`],
    ['an empty payload', `${first}..${third}`],
    ['an empty header', `.${second}.${third}`],
    ['the words null', 'null.null.null'],
    ['three letters', 'a.b.c'],
  ]
}

const serializations = (): readonly (readonly [string, string])[] => {
  const [first, payload, signature] = makeToken().split('.') as [string, string, string]
  const flattened = { protected: first, payload, signature }
  return [
    ['flattened JSON', JSON.stringify(flattened)],
    ['flattened JSON with a header', JSON.stringify({ ...flattened, header: makeHeader() })],
    ['general JSON', JSON.stringify({ payload, signatures: [{ protected: first, signature }] })],
    ['JSON in a list', JSON.stringify([flattened])],
    ['JSON in base64url', encode(flattened)],
    ['the claims alone', JSON.stringify(makeClaims())],
  ]
}

/** A:format. */
export const formatAttempts: readonly Attempt[] = [
  ...decorations.map(([name, decorate]) => text('J09', `with ${name}`, decorate(makeToken()))),
  ...withoutPart().map(([name, token]) => text('J09', name, token)),
  ...serializations().map(([name, token]) => text('J09', name, token)),
  text(
    'J10',
    'unused bits in the header',
    signSegments(otherSpelling(encode(unaligned(makeHeader()))), claims()),
  ),
  text(
    'J10',
    'unused bits in the payload',
    signSegments(header(), otherSpelling(encode(unaligned(makeClaims())))),
  ),
  text('J10', 'unused bits in the signature', otherSpelling(makeToken())),
  text('J10', 'unused bits in an RSA signature', otherSpelling(makeToken({ key: keys.rs }))),
  text('J10', 'unused bits in an Ed25519 signature', otherSpelling(makeToken({ key: keys.ed }))),
  text('J10', 'a header of impossible length', signSegments(`${aligned(makeHeader())}A`, claims())),
  text(
    'J10',
    'padding under the signature',
    signSegments(header(), `${encode(unaligned(makeClaims()))}==`),
  ),
  text(
    'J10',
    'base64 under the signature',
    signSegments(header(), Buffer.from('{"a":"\u00fb\u00ff\u00fe>>>???"}').toString('base64')),
  ),
  text('J10', 'blanks under the signature', signSegments(header(), `    ${claims()}`)),
]

/** Inputs of other types; a caller without types may pass them. */
export const notTexts: readonly (readonly [string, unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 42],
  ['NaN', Number.NaN],
  ['a bigint', 42n],
  ['true', true],
  ['a symbol', Symbol('token')],
  ['a function', () => makeToken()],
  ['an object', {}],
  ['a String object', Object(makeToken())],
  ['a list with a token', [makeToken()]],
  ['octets', Buffer.from(makeToken())],
  ['a promise', Promise.resolve(makeToken())],
  ['something that turns into a token', { toString: () => makeToken() }],
  [
    'something that throws',
    {
      toString: () => {
        throw new Error('no')
      },
    },
  ],
  ['flattened JSON as an object', { protected: 'e30', payload: 'e30', signature: 'AA' }],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
      },
    ),
  ],
]

const json = (): string => JSON.stringify(makeClaims())
const beforeEnd = (insert: string): string => `${json().slice(0, -1)}${insert}}`

const brokenOctets: readonly (readonly [string, number[]])[] = [
  ['0xff', [0xff]],
  ['0xfe', [0xfe]],
  ['a lone continuation', [0x80]],
  ['a cut sequence', [0xe2, 0x82]],
  ['an overlong NUL', [0xc0, 0x80]],
  ['an overlong slash', [0xe0, 0x80, 0xaf]],
  ['an encoded surrogate', [0xed, 0xa0, 0x80]],
  ['a code point too high', [0xf4, 0x90, 0x80, 0x80]],
  ['a five-octet sequence', [0xf8, 0x88, 0x80, 0x80, 0x80]],
]

const around = (before: string, octets: readonly number[], after: string): Uint8Array =>
  Buffer.concat([Buffer.from(before), Buffer.from(octets), Buffer.from(after)])

const encodings = (content: string): readonly (readonly [string, Uint8Array])[] => [
  ['UTF-16 LE', Buffer.from(content, 'utf16le')],
  ['UTF-16 BE', Buffer.from(content, 'utf16le').swap16()],
  ['a byte order mark', Buffer.from(`\ufeff${content}`)],
  ['a UTF-16 byte order mark', Buffer.from(`\ufeff${content}`, 'utf16le')],
  ['a byte order mark at the end', Buffer.from(`${content}\ufeff`)],
]

const invalidJson: readonly (readonly [string, string])[] = [
  ['nothing but a blank', ' '],
  ['a list', `[${json()}]`],
  ['null', 'null'],
  ['true', 'true'],
  ['a number', '1'],
  ['a text', JSON.stringify(json())],
  ['an empty list', '[]'],
  ['two objects', json() + json()],
  ['a trailing comma', beforeEnd(',')],
  ['a missing end', json().slice(0, -1)],
  ['an end too many', `${json()}}`],
  ['a comment', `/* */${json()}`],
  ['a line comment', `${json()}// end`],
  ['single quotes', json().replaceAll('"', "'")],
  ['a name without quotes', beforeEnd(',x:1')],
  ['NaN', beforeEnd(',"x":NaN')],
  ['Infinity', beforeEnd(',"x":Infinity')],
  ['undefined', beforeEnd(',"x":undefined')],
  ['a hexadecimal number', beforeEnd(',"x":0x10')],
  ['a leading zero', beforeEnd(',"x":01')],
  ['a leading plus', beforeEnd(',"x":+1')],
  ['a bare fraction', beforeEnd(',"x":.5')],
  ['a newline in a text', beforeEnd(',"x":"a\nb"')],
  ['a NUL in a text', beforeEnd(',"x":"\u0000"')],
  ['an unknown escape', beforeEnd(',"x":"\\x41"')],
  ['a short escape', beforeEnd(',"x":"\\u12"')],
  ['a text without end', beforeEnd(',"x":"abc')],
  ['an escaped end', beforeEnd(',"x":"abc\\"')],
  ['a lone high surrogate', beforeEnd(',"x":"\\ud83d"')],
  ['a lone low surrogate', beforeEnd(',"x":"\\ude00"')],
  ['surrogates in the wrong order', beforeEnd(',"x":"\\ude00\\ud83d"')],
  ['a lone surrogate in a name', beforeEnd(',"\\ud83d":1')],
  ['a no-break space', `\u00a0${json()}`],
  ['a NUL at the end', `${json()}\u0000`],
  ['a vertical tab', `\u000b${json()}`],
  ['a list closed as an object', beforeEnd(',"x":[1}')],
  ['a colon instead of a comma', json().replace(',"', ':"')],
]

const repeatedClaims = [...Object.keys(makeClaims()), 'nbf', 'admin', '__proto__'].map(
  (name): readonly [string, string] => [
    name,
    beforeEnd(`,"nbf":1,"admin":false,"__proto__":{},${JSON.stringify(name)}:"other"`),
  ],
)

const repeated: readonly (readonly [string, string])[] = [
  ...repeatedClaims,
  ['exp, equal', beforeEnd(`,"exp":${makeClaims().exp}`)],
  ['sub, escaped', beforeEnd(',"\\u0073ub":"admin"')],
  ['sub, wholly escaped', beforeEnd(',"\\u0073\\u0075\\u0062":"admin"')],
  ['a member further in', beforeEnd(',"x":{"a":1,"a":2}')],
  ['a member in a list', beforeEnd(',"x":[{"a":1},{"b":1,"b":2}]')],
  ['a member after an inner object', beforeEnd(',"x":{"a":{"b":1},"a":2}')],
  ['a member after an inner list', beforeEnd(',"x":{"a":["b"],"a":2}')],
  ['an empty name', beforeEnd(',"":1,"":2')],
]

const headerText = JSON.stringify(makeHeader())
const repeatedHeader: readonly string[] = ['alg', 'kid', 'typ', 'x'].map(
  (name) => `${headerText.slice(0, -1)},"x":1,"${name}":"${name === 'x' ? 2 : 'other'}"}`,
)

/** A:json. */
export const jsonAttempts: readonly Attempt[] = [
  ...brokenOctets.flatMap(([name, octets]) => [
    text(
      'J11',
      `${name} in the claims`,
      signContent(makeHeader(), around(beforeEnd(',"x":"').slice(0, -1), octets, '"}')),
    ),
    text(
      'J11',
      `${name} in the header`,
      signContent(around(`${headerText.slice(0, -1)},"x":"`, octets, '"}'), makeClaims()),
    ),
  ]),
  ...encodings(json()).map(([name, octets]) =>
    text('J11', `claims with ${name}`, signContent(makeHeader(), octets)),
  ),
  ...encodings(headerText).map(([name, octets]) =>
    text('J11', `header with ${name}`, signContent(octets, makeClaims())),
  ),
  ...repeated.map(([name, content]) =>
    text('J12', `repeated ${name}`, signContent(makeHeader(), content)),
  ),
  ...repeatedHeader.map((content, index) =>
    text('J12', `repeated header parameter ${index}`, signContent(content, makeClaims())),
  ),
  ...invalidJson.map(([name, content]) =>
    text('J42', `claims: ${name}`, signContent(makeHeader(), content)),
  ),
  ...invalidJson
    .slice(0, 9)
    .map(([name, content]) => text('J42', `header: ${name}`, signContent(content, makeClaims()))),
]

const nested = (depth: number, open: string, close: string): string =>
  beforeEnd(`,"x":${open.repeat(depth)}1${close.repeat(depth)}`)

const limit = (name: string, token: string, code: JwtErrorCode = 'token_malformed'): Attempt => [
  'J13',
  name,
  token,
  code,
]

/** A:limits. */
export const limitAttempts: readonly Attempt[] = [
  limit('1 MiB of letters', 'A'.repeat(1_048_576)),
  limit('1 MiB of claims, genuinely signed', makeToken({ claims: { x: 'a'.repeat(1_048_576) } })),
  limit('1 MiB of header, genuinely signed', makeToken({ header: { x: 'a'.repeat(1_048_576) } })),
  limit('1 MiB of signature', makeToken() + 'A'.repeat(1_048_576)),
  limit('a million dots', '.'.repeat(1_048_576)),
  limit('one character too many', makeToken().padEnd(16_385, 'A')),
  limit('lists 20000 deep', signContent(makeHeader(), nested(20_000, '[', ']'))),
  limit('objects 20000 deep', signContent(makeHeader(), nested(20_000, '{"a":', '}'))),
  limit('lists 5000 deep', signContent(makeHeader(), nested(5000, '[', ']'))),
  limit('lists 17 deep', signContent(makeHeader(), nested(17, '[', ']'))),
  limit('objects 17 deep', signContent(makeHeader(), nested(17, '{"a":', '}'))),
  limit(
    'a header 17 deep',
    signContent(`${headerText.slice(0, -1)},"x":${'['.repeat(17)}${']'.repeat(17)}}`, makeClaims()),
  ),
  limit('4000 open lists', signContent(makeHeader(), '['.repeat(4000))),
  limit('a long sub', makeToken({ claims: { sub: 'a'.repeat(256) } }), 'claim_invalid'),
  limit('a long jti', makeToken({ claims: { jti: 'a'.repeat(256) } }), 'claim_invalid'),
  limit(
    'a long client_id',
    makeToken({ claims: { client_id: 'a'.repeat(2049) } }),
    'claim_invalid',
  ),
  limit(
    'a long aud member',
    makeToken({ claims: { aud: [makeClaims().aud, 'a'.repeat(2049)] } }),
    'claim_invalid',
  ),
  limit(
    '65 audiences',
    makeToken({ claims: { aud: Array(65).fill(makeClaims().aud) } }),
    'claim_invalid',
  ),
]
