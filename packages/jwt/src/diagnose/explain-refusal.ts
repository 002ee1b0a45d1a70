import type { JwtError, JwtErrorCode } from '../errors.ts'

/** What a refusal means and what to do about it. */
export interface RefusalAdvice {
  readonly code: JwtErrorCode
  readonly meaning: string
  /** What to look at, the likeliest first. */
  readonly advice: readonly string[]
}

type Text = Omit<RefusalAdvice, 'code'>

const mismatches: Readonly<Record<string, Text>> = {
  iss: {
    meaning: 'The token is from another issuer than the configured ones.',
    advice: [
      'Compare iss of the token with issuer, character by character: a slash at the end counts.',
      'Look whether the client asked another tenant, realm or environment for it.',
    ],
  },
  aud: {
    meaning: 'The token is for another API.',
    advice: [
      'Compare aud of the token with audience, character by character.',
      "Let the client ask for this API's token: by audience, resource or scope, as the provider wants.",
      'An ID token has the client as its aud, and is never for an API.',
    ],
  },
  client_id: {
    meaning: 'The token has no aud and was issued to a client that is not listed.',
    advice: ['List the client in clientIds if its tokens are meant for this API.'],
  },
}

const claimFaults = (claim: string | undefined): Text => ({
  meaning: `The claim ${claim ?? 'at fault'} has a value that no access token may have.`,
  advice: [
    ...(claim === 'exp'
      ? [
          'If the token is meant to live that long, raise maximumLifetimeSeconds; better, shorten it.',
        ]
      : []),
    'See what coatcheck-jwt token inspect says about it, and mend it at the issuer.',
    'at_hash, c_hash and events belong to other kinds of token: send the access token.',
  ],
})

const missingClaim = (claim: string | undefined): Text => ({
  meaning: `The claim ${claim ?? 'at fault'} is required and absent.`,
  advice: [
    ...(claim === 'client_id' || claim === 'jti'
      ? ['If the issuer never sends it, name it in optionalClaims.']
      : []),
    ...(claim === 'aud'
      ? ['If the issuer sends no aud (Amazon Cognito), name your clients in clientIds.']
      : []),
    'Let the issuer send access tokens as RFC 9068 describes them.',
  ],
})

const texts: Readonly<
  Record<Exclude<JwtErrorCode, 'claim_mismatch' | 'claim_invalid' | 'claim_missing'>, Text>
> = {
  token_malformed: {
    meaning: 'The text is not one JWT in compact form.',
    advice: [
      'Look for what was copied along: quotes, blanks, the word Bearer, a line break.',
      'An opaque token cannot be verified here; ask the provider for JWT access tokens.',
    ],
  },
  header_unsupported: {
    meaning: 'The header asks for what an access token never needs.',
    advice: [
      'If the issuer is yours, leave out crit, b64, zip, jwk, jku, x5u and x5c.',
      'If it is not, somebody may be trying to bring a key along.',
    ],
  },
  algorithm_not_allowed: {
    meaning: 'The token is signed with an algorithm that is not listed, or not that of its key.',
    advice: [
      "Compare alg of the token with algorithms, and with alg of the key in the issuer's set.",
      'Add an algorithm only if the issuer documents it. Never mix HMAC with the others.',
    ],
  },
  typ_mismatch: {
    meaning: 'The header does not say that this is an access token.',
    advice: [
      "If the issuer's access tokens have another typ, name it: typ: ['JWT'].",
      "If they have none: typ: 'any'. Tokens are then told apart by their claims alone.",
      'Make sure that the client sends the access token and not the ID token.',
    ],
  },
  key_unknown: {
    meaning: 'The token names no key of the issuer.',
    advice: [
      'Compare kid of the token with those of the key set (coatcheck-jwt jwks check).',
      'After a rotation the new key must be in the set before the first token is signed with it.',
      'Make sure that the key set is that of the tenant that issued the token.',
    ],
  },
  signature_invalid: {
    meaning: 'The signature does not fit the token and the key of that name.',
    advice: [
      'Look whether the token was changed or cut on its way.',
      'Look whether two environments use one kid for two keys.',
      'Otherwise somebody forged it.',
    ],
  },
  token_expired: {
    meaning: 'The life of the token is over.',
    advice: [
      'Let the client fetch a new one, and do so before exp.',
      'If it is fresh, compare the clocks of issuer and API.',
    ],
  },
  token_not_yet_valid: {
    meaning: 'The token says that it is from the future.',
    advice: ['Compare the clocks of issuer and API (NTP). leewaySeconds forgives 10 at the most.'],
  },
  token_denied: {
    meaning: 'The token, or all of its subject before an instant, was denied.',
    advice: ['The user logs in again. If that surprises, see who called the deny list.'],
  },
  keys_unavailable: {
    meaning: 'The keys of the issuer cannot be fetched now; nothing was decided about the token.',
    advice: [
      'Look whether the key server can be reached from this machine: DNS, proxy, TLS, firewall.',
      'Redirects are not followed: name the address they lead to.',
    ],
  },
  deny_list_unavailable: {
    meaning: 'The deny list cannot be read now; nothing was decided about the token.',
    advice: ['Look at the store of the deny list. While it is down, every token is refused.'],
  },
  store_unavailable: {
    meaning: 'The store of refresh tokens cannot be reached.',
    advice: ['Look at the store. The client may repeat its request: a lost answer is given again.'],
  },
  decryption_failed: {
    meaning: 'The sealed text was changed, or is of another key or place.',
    advice: [
      'Keep a retired sealing key in the list until everything sealed with it is gone.',
      'The associated data must be the same for sealing and opening.',
    ],
  },
  signing_refused: {
    meaning: 'The signer was asked for a token that breaks its rules.',
    advice: ['The message of the error names the rule; mend the call.'],
  },
  configuration_invalid: {
    meaning: 'An option or a configured key is wrong.',
    advice: ['The message of the error names the option; mend it and start again.'],
  },
}

const mismatchOf = (claim = 'aud'): Text =>
  (Object.hasOwn(mismatches, claim) ? mismatches[claim] : undefined) ?? claimFaults(claim)

const explain = ({ code, claim }: JwtError): Text => {
  switch (code) {
    case 'claim_mismatch':
      return mismatchOf(claim)
    case 'claim_invalid':
      return claimFaults(claim)
    case 'claim_missing':
      return missingClaim(claim)
    default:
      return texts[code]
  }
}

/**
 * Says in plain words what a refusal means and how to mend it. For operators and developers: what
 * an API answers its clients should stay as coarse as `authenticate` makes it.
 */
export const explainRefusal = (error: JwtError): RefusalAdvice => ({
  code: error.code,
  ...explain(error),
})
