/** Algorithms that are tried with every peer that knows them. */
export type InteropAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'HS256'

/** A token of ours for the peer to judge. */
export interface TokenToJudge {
  readonly id: string
  /** The one algorithm the peer's verifier is to be configured with. */
  readonly alg: InteropAlgorithm
  readonly token: string
}

/** A token for the peer to make. */
export interface TokenToMake {
  readonly id: string
  /** Whose key signs; also its `kid`. */
  readonly alg: InteropAlgorithm
  readonly header: { readonly alg: InteropAlgorithm | 'none'; readonly typ: string }
  readonly claims: Readonly<Record<string, unknown>>
}

/** What every peer is given. */
export interface Question {
  readonly issuer: string
  readonly audience: string
  /** Our public keys are published at `jwksBase/ALG/jwks.json`. */
  readonly jwksBase: string
  /** The same keys by their `kid`, for peers that read PEM only. */
  readonly publicPems: Readonly<Record<string, string>>
  /** The secret of HS256, in base64url; both sides know it. */
  readonly secret: string
  readonly algorithms: readonly InteropAlgorithm[]
  readonly tokens: readonly TokenToJudge[]
  readonly orders: readonly TokenToMake[]
}

/** What a peer answers. */
export interface Answer {
  /** `accepted`, or the peer's own words, by `id`. */
  readonly verdicts: Readonly<Record<string, string>>
  /** The tokens it made, by `id`. */
  readonly tokens: Readonly<Record<string, string>>
  /** Public halves of the keys it made for itself, in PEM, by algorithm. */
  readonly publicPems: Readonly<Record<string, string>>
}

/** Another library. */
export interface Peer {
  /** Library, version and language, for the table. */
  readonly name: string
  readonly algorithms: readonly InteropAlgorithm[]
  ask(question: Question): Promise<Answer>
}

/** A peer, or the one line that says what is missing and how to get it. */
export type FoundPeer =
  | { readonly kind: 'found'; readonly peer: Peer }
  | { readonly kind: 'missing'; readonly line: string }
