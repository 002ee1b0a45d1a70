import { maximumProofLength } from '../defaults.ts'
import { JwtError } from '../errors.ts'
import type { CompactToken } from '../token/compact.ts'
import { parseCompact } from '../token/compact.ts'
import { isRecord } from '../token/json.ts'
import { verifySignature } from '../token/signature.ts'
import type { ResolvedDpop } from './dpop-options.ts'
import type { NonceVerdict } from './nonces.ts'
import { createNonces } from './nonces.ts'
import type { ProofClaims, ProofExpectation } from './proof-claims.ts'
import { findClaimDefect, isProofClaims } from './proof-claims.ts'
import type { ProofKey } from './proof-key.ts'
import { readProofKey } from './proof-key.ts'
import type { ProofReason } from './proof-reason.ts'
import { findReplay, hashText } from './replay.ts'
import { composeUri } from './target-uri.ts'

/** A request with a token whose signature and claims were verified before. */
export interface ProvenRequest {
  readonly method: string
  readonly target: string
  /** Every `DPoP` header of the request. */
  readonly proofs: readonly string[]
  readonly token: string
  /** Claim `cnf` of the token. */
  readonly confirmation: unknown
}

/** Outcome of a check; `nonce` is the value for `DPoP-Nonce`, where the client needs one. */
export type ProofOutcome =
  | { readonly kind: 'proved'; readonly nonce?: string | undefined }
  | { readonly kind: 'refused'; readonly reason: ProofReason; readonly nonce?: string | undefined }

/** Checks the DPoP proof of a request (RFC 9449, section 4.3). */
export type CheckProof = (request: ProvenRequest) => Promise<ProofOutcome>

interface ParsedProof {
  readonly claims: ProofClaims
  readonly key: ProofKey
}

const parseProof = (proof: string): CompactToken | undefined => {
  if (proof.length > maximumProofLength) return undefined
  try {
    return parseCompact(proof)
  } catch {
    return undefined
  }
}

const isSigned = async (parsed: CompactToken, { alg, key }: ProofKey): Promise<boolean> => {
  try {
    await verifySignature(parsed, alg, key)
    return true
  } catch (error) {
    if (error instanceof JwtError) return false
    throw error
  }
}

/** What a proof says, once its own key has signed it. */
const readProof = async (
  proofs: readonly string[],
  algorithms: ResolvedDpop['algorithms'],
): Promise<ParsedProof | ProofReason> => {
  const [proof = '', ...more] = proofs
  // Some platforms join two headers by a comma, which no proof contains.
  if (proof === '' || more.length > 0 || proof.includes(',')) return 'dpop_proof_not_single'
  const parsed = parseProof(proof)
  if (parsed === undefined) return 'dpop_proof_malformed'
  const verdict = readProofKey(parsed.header, algorithms)
  if (verdict.kind === 'unfit') return verdict.reason
  if (!isProofClaims(parsed.claims)) return 'dpop_claim_invalid'
  if (!(await isSigned(parsed, verdict.proofKey))) return 'dpop_signature_invalid'
  return { claims: parsed.claims as unknown as ProofClaims, key: verdict.proofKey }
}

/** The key a token is bound to. A second binding beside it could not be checked (RFC 7800). */
const readBinding = (confirmation: unknown): string | undefined => {
  if (!isRecord(confirmation) || Object.keys(confirmation).length !== 1) return undefined
  return typeof confirmation.jkt === 'string' ? confirmation.jkt : undefined
}

/** Creates the check. The replay is looked for last, so that nothing invalid is remembered. */
export const createProofCheck = (options: ResolvedDpop): CheckProof => {
  const { publicUrl, replay, algorithms, maximumAgeSeconds, leewaySeconds, nowSeconds } = options
  const nonces = options.nonce === undefined ? undefined : createNonces(options.nonce)

  const refused = (reason: ProofReason, nonce?: string): ProofOutcome => ({
    kind: 'refused',
    reason,
    nonce,
  })

  const judgeNonce = async (nonce: unknown): Promise<NonceVerdict> =>
    nonces === undefined ? 'fresh' : nonces.judge(nonce)

  const findDefect = async (
    { claims, key }: ParsedProof,
    request: ProvenRequest,
  ): Promise<ProofReason | undefined> => {
    const expected: ProofExpectation = {
      method: request.method,
      uri: composeUri(publicUrl, request.target),
      ath: await hashText(request.token),
      nowSeconds: nowSeconds(),
      maximumAgeSeconds,
      leewaySeconds,
    }
    const defect = findClaimDefect(claims, expected)
    if (defect !== undefined) return defect
    const thumbprint = await key.thumbprint()
    if (thumbprint !== readBinding(request.confirmation)) return 'dpop_key_mismatch'
    const usableUntil = claims.iat + maximumAgeSeconds
    return findReplay(replay, { thumbprint, jti: claims.jti, usableUntil })
  }

  return async (request) => {
    const proof = await readProof(request.proofs, algorithms)
    if (typeof proof === 'string') return refused(proof)
    const verdict = await judgeNonce(proof.claims.nonce)
    if (verdict === 'refused') return refused('dpop_nonce_required', await nonces?.make())
    const defect = await findDefect(proof, request)
    if (defect !== undefined) return refused(defect)
    return { kind: 'proved', nonce: verdict === 'ageing' ? await nonces?.make() : undefined }
  }
}
