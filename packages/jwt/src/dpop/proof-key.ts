import { type CryptoKey, calculateJwkThumbprint, importJWK } from 'jose'
import type { Algorithm } from '../algorithms.ts'
import type { KeyMaterial } from '../keys/jwk.ts'
import { hasPrivateMember, readJwk } from '../keys/jwk.ts'
import type { UsableKey } from '../keys/key-source.ts'
import { normalizeTyp } from '../token/header.ts'
import { isRecord } from '../token/json.ts'
import type { ProofReason } from './proof-reason.ts'

/** The key a proof brings along, judged as strictly as a configured one. */
export interface ProofKey {
  readonly alg: Algorithm
  readonly key: UsableKey
  /** RFC 7638 thumbprint, which `cnf.jkt` of the token must equal (RFC 9449, section 6.1). */
  readonly thumbprint: () => Promise<string>
}

/** Outcome of {@link readProofKey}. */
export type ProofKeyVerdict =
  | { readonly kind: 'usable'; readonly proofKey: ProofKey }
  | { readonly kind: 'unfit'; readonly reason: ProofReason }

type Members = Readonly<Record<string, unknown>>

/** Parameters that change how a proof is read, or name another key than `jwk`. */
const refusedParameters = ['crit', 'b64', 'enc', 'zip', 'p2c', 'jku', 'x5u', 'x5c'] as const

const unfit = (reason: ProofReason): ProofKeyVerdict => ({ kind: 'unfit', reason })

const findHeaderDefect = (header: Members): ProofReason | undefined => {
  const isProof = typeof header.typ === 'string' && normalizeTyp(header.typ) === 'dpop+jwt'
  const isPlain = refusedParameters.every((name) => header[name] === undefined)
  return isProof && isPlain ? undefined : 'dpop_header_unsupported'
}

const toProofKey = (alg: Algorithm, material: KeyMaterial): ProofKey => ({
  alg,
  key: {
    algorithms: [alg],
    // Only an `oct` key is imported to octets, and no algorithm of proofs takes one.
    load: async () => (await importJWK({ ...material }, alg)) as CryptoKey,
  },
  thumbprint: () => calculateJwkThumbprint({ ...material }, 'sha256'),
})

/**
 * Reads the header of a proof: `typ`, `alg` and the public key in `jwk` (RFC 9449, section 4.2;
 * section 4.3, checks 4, 5 and 7).
 */
export const readProofKey = (
  header: Members,
  algorithms: readonly Algorithm[],
): ProofKeyVerdict => {
  const defect = findHeaderDefect(header)
  if (defect !== undefined) return unfit(defect)
  const alg = algorithms.find((algorithm) => algorithm === header.alg)
  if (alg === undefined) return unfit('dpop_algorithm_not_allowed')
  const { jwk } = header
  if (!isRecord(jwk) || hasPrivateMember(jwk)) return unfit('dpop_key_unfit')
  // Keys of issuers go by name; this one is named by its thumbprint alone.
  const verdict = readJwk({ ...jwk, kid: 'proof' }, [alg])
  if (verdict.kind !== 'usable') return unfit('dpop_key_unfit')
  return { kind: 'usable', proofKey: toProofKey(alg, verdict.material) }
}
