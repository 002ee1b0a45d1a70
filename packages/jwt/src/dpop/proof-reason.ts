/** Why a DPoP proof was refused, for the API's own log; the numbers are those of RFC 9449, section 4.3. */
export type ProofReason =
  /** The request has no header `DPoP`, or more than one (1). */
  | 'dpop_proof_not_single'
  /** It is not a well-formed JWS in compact form (2), or too long. */
  | 'dpop_proof_malformed'
  /** `typ` is another (4), or the header asks for what a proof never needs. */
  | 'dpop_header_unsupported'
  /** `alg` is not among the allowed ones, all of which are asymmetric (5). */
  | 'dpop_algorithm_not_allowed'
  /** `jwk` is missing, private (7), weak, or not for this `alg`. */
  | 'dpop_key_unfit'
  /** The signature does not verify with `jwk` (6). */
  | 'dpop_signature_invalid'
  /** A claim is missing or of the wrong type (3). */
  | 'dpop_claim_invalid'
  /** `htm` is another method (8). */
  | 'dpop_method_mismatch'
  /** `htu` is another address (9). */
  | 'dpop_uri_mismatch'
  /** The server wants a nonce, and the proof has none, a foreign or an old one (10). */
  | 'dpop_nonce_required'
  /** `iat` lies too far back, or `exp` has passed (11). */
  | 'dpop_proof_expired'
  /** `iat` or `nbf` lies in the future (11). */
  | 'dpop_proof_not_yet_valid'
  /** `ath` is not the hash of the token (12). */
  | 'dpop_token_mismatch'
  /** The token is bound to another key, to none, or in a way this guard cannot check (12). */
  | 'dpop_key_mismatch'
  /** The proof was used before (section 11.1). */
  | 'dpop_proof_replayed'
  /** The store that remembers used proofs did not answer. */
  | 'replay_store_unavailable'
