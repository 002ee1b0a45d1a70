import { constants, createHash, privateEncrypt, sign } from 'node:crypto'
import type { TestKey } from '../keys.ts'
import { attacker, encode, keys, makeClaims, makeHeader, makeToken } from '../tokens.ts'
import type { Attempt } from './attempt.ts'

const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const edOrder = 2n ** 252n + 27742317777372353535851937790883648493n

const toBytes = (value: bigint, length: number): Buffer =>
  Buffer.from(value.toString(16).padStart(length * 2, '0'), 'hex')

const split = (token: string): readonly [string, Buffer] => {
  const at = token.lastIndexOf('.')
  return [token.slice(0, at), Buffer.from(token.slice(at + 1), 'base64url')]
}

const withSignature = (
  key: TestKey,
  change: (signature: Buffer, input: string) => Buffer,
): string => {
  const [input, signature] = split(makeToken({ key }))
  return `${input}.${change(signature, input).toString('base64url')}`
}

const flip = (position: number) => (signature: Buffer) => {
  const changed = Buffer.from(signature)
  const index = position < 0 ? changed.length + position : position
  changed[index] = (changed[index] ?? 0) ^ 1
  return changed
}

const changes: readonly (readonly [string, (signature: Buffer) => Buffer])[] = [
  ...[0, 1, 31, 32, 33, -2, -1].map((at): [string, (signature: Buffer) => Buffer] => [
    `one bit flipped at ${at}`,
    flip(at),
  ]),
  ['the last octet missing', (signature) => signature.subarray(0, -1)],
  ['the first octet missing', (signature) => signature.subarray(1)],
  ['half of it', (signature) => signature.subarray(0, signature.length / 2)],
  ['one octet', (signature) => signature.subarray(0, 1)],
  ['a zero in front', (signature) => Buffer.concat([Buffer.alloc(1), signature])],
  ['a zero behind', (signature) => Buffer.concat([signature, Buffer.alloc(1)])],
  ['itself twice', (signature) => Buffer.concat([signature, signature])],
  ['all zeros', (signature) => Buffer.alloc(signature.length)],
  ['all ones', (signature) => Buffer.alloc(signature.length, 0xff)],
  ['reversed', (signature) => Buffer.from(signature).reverse()],
  ['inverted', (signature) => Buffer.from(signature.map((octet) => octet ^ 0xff))],
  [
    'zeros in the first half',
    (signature) =>
      Buffer.concat([Buffer.alloc(signature.length / 2), signature.subarray(signature.length / 2)]),
  ],
]

const invalid = (name: string, token: string): Attempt => ['J15', name, token, 'signature_invalid']

const edgeValues: readonly (readonly [string, bigint])[] = [
  ['0', 0n],
  ['1', 1n],
  ['n - 1', order - 1n],
  ['n', order],
  ['n + 1', order + 1n],
  ['2^256 - 1', 2n ** 256n - 1n],
]

const ecdsaAttempts = (): readonly Attempt[] => [
  ...edgeValues.flatMap(([left, r]) =>
    edgeValues.map(([right, s]) =>
      invalid(
        `ES256 with r = ${left}, s = ${right}`,
        withSignature(keys.es, () => Buffer.concat([toBytes(r, 32), toBytes(s, 32)])),
      ),
    ),
  ),
  invalid(
    'ES256 in DER',
    withSignature(keys.es, (_, input) => sign('sha256', Buffer.from(input), keys.es.signingKey)),
  ),
  invalid(
    'ES256 with r and s swapped',
    withSignature(keys.es, (signature) =>
      Buffer.concat([signature.subarray(32), signature.subarray(0, 32)]),
    ),
  ),
  invalid(
    'ES256 with r + n',
    withSignature(keys.es, (signature) => {
      const r = BigInt(`0x${signature.subarray(0, 32).toString('hex')}`) + order
      return Buffer.concat([toBytes(r, 33), Buffer.alloc(1), signature.subarray(32)])
    }),
  ),
  invalid(
    'ES256 over SHA-384',
    withSignature(keys.es, (_, input) =>
      sign('sha384', Buffer.from(input), { key: keys.es.signingKey, dsaEncoding: 'ieee-p1363' }),
    ),
  ),
  invalid(
    'EdDSA with s + L',
    withSignature(keys.ed, (signature) => {
      const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`)
      return Buffer.concat([signature.subarray(0, 32), toBytes(s + edOrder, 32).reverse()])
    }),
  ),
]

const rawRsa = (block: Buffer): Buffer =>
  privateEncrypt({ key: keys.rs.signingKey, padding: constants.RSA_NO_PADDING }, block)

/** Blocks that are nearly those of RSASSA-PKCS1-v1_5 over SHA-256 (RFC 8017, section 9.2). */
const blocks: readonly (readonly [string, (digest: Buffer) => readonly [Buffer, number]])[] = [
  ['without the hash identifier', (digest) => [digest, 0]],
  [
    'without the NULL',
    (digest) => [
      Buffer.concat([
        Buffer.from('302f300b0609608648016503040201', 'hex'),
        Buffer.from('0420', 'hex'),
        digest,
      ]),
      0,
    ],
  ],
  [
    'of SHA-1',
    (digest) => [
      Buffer.concat([Buffer.from('3021300906052b0e03021a05000414', 'hex'), digest.subarray(0, 20)]),
      0,
    ],
  ],
  [
    'with rubbish behind',
    (digest) => [
      Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), digest]),
      32,
    ],
  ],
]

const pad = (content: Buffer, rubbish: number): Buffer =>
  Buffer.concat([
    Buffer.from([0, 1]),
    Buffer.alloc(256 - 3 - content.length - rubbish, 0xff),
    Buffer.alloc(1),
    content,
    Buffer.alloc(rubbish, 0xaa),
  ])

const rsaAttempts = (): readonly Attempt[] => [
  ...blocks.map(([name, make]) =>
    invalid(
      `RS256 with a block ${name}`,
      withSignature(keys.rs, (_, input) => {
        const digest = createHash('sha256').update(input).digest()
        return rawRsa(pad(...make(digest)))
      }),
    ),
  ),
  ...(
    [
      ['0', 0n],
      ['1', 1n],
      ['n - 1', -1n],
      ['n', 0n],
    ] as const
  ).map(([name, offset], index) =>
    invalid(
      `RS256 with the value ${name}`,
      withSignature(keys.rs, () => {
        const n = BigInt(`0x${Buffer.from(String(keys.rs.jwk.n), 'base64url').toString('hex')}`)
        return toBytes(index < 2 ? offset : n + offset, 256)
      }),
    ),
  ),
  invalid(
    'PS256 with a salt of 20 octets',
    withSignature(keys.ps, (_, input) =>
      sign('sha256', Buffer.from(input), {
        key: keys.ps.signingKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 20,
      }),
    ),
  ),
  invalid(
    'PS256 without salt',
    withSignature(keys.ps, (_, input) =>
      sign('sha256', Buffer.from(input), {
        key: keys.ps.signingKey,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: 0,
      }),
    ),
  ),
  invalid(
    'PKCS1 under PS256',
    withSignature(keys.ps, (_, input) => sign('sha256', Buffer.from(input), keys.ps.signingKey)),
  ),
]

const [esInput, esSignature] = split(makeToken({ claims: { jti: 'other' } }))
const [header = '', payload = ''] = makeToken().split('.')

/** A:signature. */
export const signatureAttempts: readonly Attempt[] = [
  ...[keys.rs, keys.ps, keys.es, keys.ed].flatMap((key) =>
    changes.map(([name, change]) => invalid(`${key.alg}: ${name}`, withSignature(key, change))),
  ),
  ...ecdsaAttempts(),
  ...rsaAttempts(),
  invalid('of another token', `${header}.${payload}.${esSignature.toString('base64url')}`),
  invalid(
    'claims changed after signing',
    `${header}.${encode(makeClaims({ roles: ['admin'] }))}.${split(makeToken())[1].toString('base64url')}`,
  ),
  invalid(
    'header changed after signing',
    `${encode(makeHeader(keys.es, { x: 1 }))}.${payload}.${split(makeToken())[1].toString('base64url')}`,
  ),
  invalid('the signed text as signature', `${header}.${payload}.${encode(esInput)}`),
  ...[attacker.rs, attacker.es, attacker.ed].map((key) =>
    invalid(`${key.alg} by another key of the same kid`, makeToken({ key })),
  ),
]

/** The second valid signature every ECDSA token has; it must verify, and be the same token. */
export const ecdsaTwin = (token: string): string => {
  const [input, signature] = split(token)
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`)
  const twin = Buffer.concat([signature.subarray(0, 32), toBytes(order - s, 32)])
  return `${input}.${twin.toString('base64url')}`
}
