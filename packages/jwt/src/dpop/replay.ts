import type { Store } from '@coatcheck/store'
import { replayMarginSeconds } from '../defaults.ts'
import { encodeBytes } from '../token/encode-base64url.ts'
import type { ProofReason } from './proof-reason.ts'

/** What makes a proof the only one of its kind, and how long it could be used again. */
export interface UsedProof {
  readonly thumbprint: string
  readonly jti: string
  /** Epoch seconds. */
  readonly usableUntil: number
}

/** base64url of the SHA-256 of a text. */
export const hashText = async (text: string): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return encodeBytes(new Uint8Array(digest))
}

/**
 * Lets a proof pass once, in all processes that share the store (RFC 9449, section 11.1). Only a
 * valid proof of a valid token gets here, as a key of fixed length that lives as long as the proof.
 */
export const findReplay = async (
  store: Store,
  { thumbprint, jti, usableUntil }: UsedProof,
): Promise<ProofReason | undefined> => {
  const key = `dpop-proof:${await hashText(JSON.stringify([thumbprint, jti]))}`
  const expiresAt = Math.ceil((usableUntil + replayMarginSeconds) * 1000)
  try {
    const version = await store.put(key, { value: '1', expiresAt })
    return version === undefined ? 'dpop_proof_replayed' : undefined
  } catch {
    return 'replay_store_unavailable'
  }
}
