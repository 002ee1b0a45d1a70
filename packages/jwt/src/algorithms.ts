import { misconfigured } from './options.ts'

/**
 * Signature algorithms this package verifies (RFC 7518, section 3.1; RFC 8037; RFC 9864).
 * `EdDSA` means Ed25519 only; `Ed25519` is its fully specified name.
 */
export type Algorithm =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'

/** What kind of key an algorithm needs. */
export type KeyNeed =
  | { readonly kty: 'oct'; readonly hash: string; readonly minimumBytes: number }
  | { readonly kty: 'RSA'; readonly name: string; readonly hash: string }
  | { readonly kty: 'EC'; readonly crv: 'P-256' | 'P-384' | 'P-521' }
  | { readonly kty: 'OKP'; readonly crv: 'Ed25519' }

/** Parameters of `crypto.subtle.verify` (Web Cryptography API, section 14.3). */
export interface VerifyParameters {
  readonly name: string
  readonly hash?: string
  readonly saltLength?: number
}

interface Row {
  readonly need: KeyNeed
  readonly parameters: VerifyParameters
}

type HashBits = 256 | 384 | 512

const hmac = (bits: HashBits): Row => ({
  need: { kty: 'oct', hash: `SHA-${bits}`, minimumBytes: bits / 8 },
  parameters: { name: 'HMAC' },
})

const pkcs1 = (bits: HashBits): Row => ({
  need: { kty: 'RSA', name: 'RSASSA-PKCS1-v1_5', hash: `SHA-${bits}` },
  parameters: { name: 'RSASSA-PKCS1-v1_5' },
})

// RFC 7518, section 3.5: the salt is as long as the hash.
const pss = (bits: HashBits): Row => ({
  need: { kty: 'RSA', name: 'RSA-PSS', hash: `SHA-${bits}` },
  parameters: { name: 'RSA-PSS', saltLength: bits / 8 },
})

const ecdsa = (crv: 'P-256' | 'P-384' | 'P-521', bits: HashBits): Row => ({
  need: { kty: 'EC', crv },
  parameters: { name: 'ECDSA', hash: `SHA-${bits}` },
})

const ed25519: Row = {
  need: { kty: 'OKP', crv: 'Ed25519' },
  parameters: { name: 'Ed25519' },
}

const makeTable = (): ReadonlyMap<string, Row> =>
  new Map<Algorithm, Row>([
    ['HS256', hmac(256)],
    ['HS384', hmac(384)],
    ['HS512', hmac(512)],
    ['RS256', pkcs1(256)],
    ['RS384', pkcs1(384)],
    ['RS512', pkcs1(512)],
    ['PS256', pss(256)],
    ['PS384', pss(384)],
    ['PS512', pss(512)],
    ['ES256', ecdsa('P-256', 256)],
    ['ES384', ecdsa('P-384', 384)],
    ['ES512', ecdsa('P-521', 512)],
    ['EdDSA', ed25519],
    ['Ed25519', ed25519],
  ])

const table = /* @__PURE__ */ makeTable()

/** True for a name of the table, compared exactly: case matters, and `none` is not in it. */
export const isAlgorithm = (name: unknown): name is Algorithm =>
  typeof name === 'string' && table.has(name)

const rowOf = (algorithm: Algorithm): Row => {
  const row = table.get(algorithm)
  if (row === undefined) throw misconfigured('The algorithm is not supported.')
  return row
}

/** What kind of key the algorithm needs. */
export const keyNeedOf = (algorithm: Algorithm): KeyNeed => rowOf(algorithm).need

/** How the platform verifies the algorithm. */
export const verifyParametersOf = (algorithm: Algorithm): VerifyParameters =>
  rowOf(algorithm).parameters

/** Every algorithm that a key of this type, and for EC and OKP this curve, can serve. */
export const algorithmsFor = (kty: string, crv?: unknown): readonly Algorithm[] =>
  ([...table] as [Algorithm, Row][])
    .filter(([, { need }]) => need.kty === kty && (!('crv' in need) || need.crv === crv))
    .map(([algorithm]) => algorithm)

/**
 * Reads the option `algorithms`. There is no default list (RFC 8725, section 3.1), and secrets and
 * public keys never meet in one verifier (RFC 8725, section 2.1).
 */
export const readAlgorithms = (value: readonly Algorithm[] | undefined): readonly Algorithm[] => {
  const listed: readonly unknown[] = Array.isArray(value) ? [...value] : []
  if (listed.length === 0) {
    throw misconfigured(
      'algorithms must list the signature algorithms your issuer uses, for example ["RS256"]. ' +
        'There is no default.',
    )
  }
  const algorithms = listed.filter(isAlgorithm)
  if (algorithms.length < listed.length || new Set(listed).size < listed.length) {
    throw misconfigured(
      `algorithms may list each of ${[...table.keys()].join(', ')} once, spelt exactly so.`,
    )
  }
  const secrets = algorithms.filter((algorithm) => keyNeedOf(algorithm).kty === 'oct')
  if (secrets.length > 0 && secrets.length < algorithms.length) {
    throw misconfigured(
      'algorithms must not mix HMAC with public-key algorithms: a public key could be used as a ' +
        'secret. Create one verifier for each.',
    )
  }
  return algorithms
}
