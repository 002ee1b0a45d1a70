import { verifyParametersOf } from './algorithms.ts'
import { maximumSignedLength, tokenWarningLength } from './defaults.ts'
import { JwtError } from './errors.ts'
import type { SigningKey } from './keys/signing-key.ts'
import { requireKnownOptions } from './options.ts'
import type { SignInput } from './signer-claims.ts'
import { makeClaims } from './signer-claims.ts'
import type { ResolvedSigner, SignerOptions } from './signer-options.ts'
import { resolveSignerOptions } from './signer-options.ts'
import { writePayload } from './signer-payload.ts'
import type { JwtClaims } from './token/claims.ts'
import { encodeBytes, encodeText } from './token/encode-base64url.ts'
import type { JwtHeader } from './token/header.ts'

/** A signed token with what it says. */
export interface IssuedToken {
  /** The access token in compact form. Secret: whoever holds it can use it. */
  readonly token: string
  /** Exactly what a verifier will read. */
  readonly claims: JwtClaims
  readonly header: JwtHeader
}

/** Signs access tokens; made by {@link createSigner}. */
export interface Signer {
  /** Life of a token that is not asked to be shorter or longer, in seconds. */
  readonly ttlSeconds: number
  /** The token of {@link Signer.issue} alone. */
  sign(input: SignInput): Promise<string>
  /**
   * Signs one access token (RFC 9068).
   *
   * @throws JwtError (as a rejection) `signing_refused` when the input breaks a rule,
   * `configuration_invalid` for a member of the input that nobody reads, `keys_unavailable` when a
   * key ring cannot tell its key
   */
  issue(input: SignInput): Promise<IssuedToken>
}

const inputNames = [
  'subject',
  'clientId',
  'scope',
  'roles',
  'authTime',
  'acr',
  'amr',
  'audience',
  'jkt',
  'ttlSeconds',
  'claims',
] as const

interface Header {
  readonly header: JwtHeader
  readonly segment: string
}

const writeHeader = ({ alg, kid }: SigningKey): Header => {
  const header: JwtHeader = Object.freeze({ alg, typ: 'at+jwt', kid })
  return { header, segment: encodeText(JSON.stringify(header)) }
}

const signText = async ({ alg, key }: SigningKey, text: string): Promise<string> => {
  const octets = new TextEncoder().encode(text)
  const signature = await crypto.subtle.sign(verifyParametersOf(alg), key, octets)
  return encodeBytes(new Uint8Array(signature))
}

const checkLength = ({ length }: string, { onWarning }: ResolvedSigner): void => {
  if (length > maximumSignedLength) {
    throw new JwtError(
      'signing_refused',
      `The token has more than ${maximumSignedLength} characters. Let the API look such data up.`,
    )
  }
  if (length > tokenWarningLength) onWarning({ code: 'token_large', length })
}

/**
 * Creates a signer of JWT access tokens in the profile of RFC 9068: header `at+jwt` with `kid`,
 * all required claims, a `jti` of 128 random bits and a bounded life. Nothing a caller passes can
 * change the header or a registered claim.
 *
 * @example
 * ```ts
 * const signer = createSigner({
 *   issuer: 'https://app.example.com',
 *   audience: 'https://api.example.com',
 *   keyRing,
 * })
 * const token = await signer.sign({ subject: user.id, clientId: 'web', scope: 'orders:read' })
 * ```
 *
 * @throws JwtError `configuration_invalid` when an option or the key is wrong
 */
export const createSigner = (options: SignerOptions): Signer => {
  const rules = resolveSignerOptions(options)
  const headers = new WeakMap<SigningKey, Header>()

  const headerOf = (key: SigningKey): Header => {
    const known = headers.get(key)
    if (known !== undefined) return known
    const header = writeHeader(key)
    headers.set(key, header)
    return header
  }

  const issue = async (input: SignInput): Promise<IssuedToken> => {
    requireKnownOptions(input, inputNames, 'sign')
    // Before the clock is read: what is signed must not be older than its key.
    const key = await rules.currentKey()
    const own = makeClaims(input, rules)
    const { text, claims } = writePayload(own, input.claims, rules.sensitiveClaims)
    const { header, segment } = headerOf(key)
    const signingInput = `${segment}.${encodeText(text)}`
    const token = `${signingInput}.${await signText(key, signingInput)}`
    checkLength(token, rules)
    return { token, claims, header }
  }

  return { ttlSeconds: rules.ttlSeconds, issue, sign: async (input) => (await issue(input)).token }
}
