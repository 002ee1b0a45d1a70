import type { CheckProof, ProofOutcome } from '../dpop/check-proof.ts'
import { createProofCheck } from '../dpop/check-proof.ts'
import type { DpopOptions, ResolvedDpop } from '../dpop/dpop-options.ts'
import { resolveDpopOptions } from '../dpop/dpop-options.ts'
import { JwtError } from '../errors.ts'
import { misconfigured, requireKnownOptions } from '../options.ts'
import type { VerifiedToken, Verifier } from '../verifier.ts'
import type { CookieOptions } from './cookie.ts'
import { readCookieOptions } from './cookie.ts'
import type { Credentials } from './credentials.ts'
import { readCredentials } from './credentials.ts'
import type { GuardOptions } from './guard-options.ts'
import { readGuardOptions } from './guard-options.ts'
import type { GuardedRequest } from './guarded-request.ts'
import type { OfferedScheme, Refusal, RefusalCode, RefusalDetails } from './refusal.ts'
import { refuse } from './refusal.ts'
import type { ScopeClaimOptions } from './scope.ts'
import { readScope } from './scope.ts'

/** Options of {@link authenticate}. */
export interface AuthenticateOptions extends GuardOptions, ScopeClaimOptions {
  /** Verifies the tokens; from `createVerifier`. */
  readonly verifier: Verifier
  /**
   * Scope values every request needs; the same as an `authorize({ scope })` behind it. Challenges
   * then name them, so that a client knows what to ask for.
   */
  readonly scope?: string | readonly string[]
  /**
   * Takes tokens that are bound to a key, with a proof of the key in each request (RFC 9449).
   * Default: none are taken, because a bound token without its proof is worth nothing.
   */
  readonly dpop?: DpopOptions
  /** Takes the token from a cookie as well. Default: cookies are not read. */
  readonly cookie?: CookieOptions
}

/** Headers that the answer to an accepted request should carry. */
export interface AnswerHeaders {
  /** By lower-case name; mostly empty. `dpop-nonce` when the client needs its next nonce. */
  readonly headers: Readonly<Record<string, string>>
  /** Those of them that a page of another origin needs to read. */
  readonly exposeHeaders: readonly string[]
}

/** What {@link authenticate} decides. */
export type AuthenticateOutcome =
  | ({ readonly kind: 'authenticated'; readonly auth: VerifiedToken } & AnswerHeaders)
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Decides who sends a request. Rejects only when the configuration is at fault. */
export type Authenticate = (request: GuardedRequest) => Promise<AuthenticateOutcome>

type TokenCredentials = Extract<Credentials, { readonly kind: 'token' }>

const optionNames = [
  'verifier',
  'realm',
  'scope',
  'scopeClaim',
  'dpop',
  'cookie',
  'onRefused',
] as const

/** Says which refusal an error is, and rethrows what no client caused. */
const classify = (error: unknown): readonly [RefusalCode, Partial<RefusalDetails>] => {
  if (!(error instanceof JwtError) || error.code === 'configuration_invalid') throw error
  const { code, retryAfterSeconds } = error
  if (code === 'keys_unavailable' || code === 'deny_list_unavailable') {
    return [code, { reason: code, retryAfterSeconds }]
  }
  return ['invalid_token', { reason: code }]
}

const classifyProof = ({
  reason,
  nonce,
}: Extract<ProofOutcome, { readonly kind: 'refused' }>): readonly [
  RefusalCode,
  Partial<RefusalDetails>,
] => {
  if (reason === 'replay_store_unavailable') return [reason, { reason }]
  return [
    reason === 'dpop_nonce_required' ? 'use_dpop_nonce' : 'invalid_dpop_proof',
    { reason, nonce },
  ]
}

const offerSchemes = (dpop: ResolvedDpop | undefined): readonly OfferedScheme[] => {
  if (dpop === undefined) return [{ scheme: 'Bearer' }]
  const offered = { scheme: 'DPoP', algs: dpop.algorithms.join(' ') } as const
  return dpop.mode === 'required' ? [offered] : [{ scheme: 'Bearer' }, offered]
}

const answerHeaders = (nonce: string | undefined): AnswerHeaders =>
  nonce === undefined
    ? { headers: {}, exposeHeaders: [] }
    : { headers: { 'dpop-nonce': nonce }, exposeHeaders: ['DPoP-Nonce'] }

const resolve = (options: AuthenticateOptions) => {
  requireKnownOptions(options, optionNames, 'authenticate')
  const { verifier } = options
  if (typeof verifier?.verify !== 'function') {
    throw misconfigured('authenticate needs a verifier; createVerifier makes one.')
  }
  const dpop = options.dpop === undefined ? undefined : resolveDpopOptions(options.dpop)
  const cookie = readCookieOptions(options.cookie)
  if (cookie !== undefined && dpop?.mode === 'required') {
    throw misconfigured('cookie cannot be used where dpop is required: a cookie proves nothing.')
  }
  return {
    ...readGuardOptions(options),
    verifier,
    needed: readScope(options),
    schemes: offerSchemes(dpop),
    checkProof: dpop === undefined ? undefined : createProofCheck(dpop),
    cookie,
  }
}

type BindingOutcome = readonly [RefusalCode, Partial<RefusalDetails>] | AnswerHeaders

/** A token bound to a key is worth nothing without its proof: no downgrade (RFC 9449, section 7.2). */
const checkUnbound = ({ claims }: VerifiedToken): BindingOutcome =>
  claims.cnf === undefined
    ? answerHeaders(undefined)
    : ['invalid_token', { reason: 'claim_invalid' }]

/** Whether whoever sends a bound token holds its key. */
const checkBound = async (
  { claims }: VerifiedToken,
  token: string,
  request: GuardedRequest,
  checkProof: CheckProof,
): Promise<BindingOutcome> => {
  const { method, target } = request
  const proofs = request.header('dpop')
  const outcome = await checkProof({ method, target, proofs, token, confirmation: claims.cnf })
  return outcome.kind === 'proved' ? answerHeaders(outcome.nonce) : classifyProof(outcome)
}

/**
 * Creates a check of a request's access token, the same for every framework: it reads the
 * `Authorization` header (RFC 6750), and only where the options say so a DPoP proof (RFC 9449) or a
 * cookie. It answers with a value, either the verified token or a complete refusal. Bind it with an
 * adapter: `@coatcheck/jwt/koa`, `/express` or `/fetch`.
 *
 * @throws JwtError `configuration_invalid` when an option is wrong
 */
export const authenticate = (options: AuthenticateOptions): Authenticate => {
  const { verifier, realm, onRefused, needed, schemes, checkProof, cookie } = resolve(options)
  const scope = needed?.values
  const rules = { schemes: schemes.map(({ scheme }) => scheme), cookieName: cookie?.name }

  const refused = (code: RefusalCode, details: Partial<RefusalDetails> = {}) => {
    const refusal = refuse(code, { realm, scope, schemes, ...details })
    onRefused(refusal)
    return { kind: 'refused', refusal } as const
  }

  const read = (request: GuardedRequest): TokenCredentials | RefusalCode => {
    const credentials = readCredentials(request, rules)
    if (credentials.kind === 'none') return 'token_required'
    if (credentials.kind === 'malformed') return 'invalid_request'
    const isCookie = credentials.from === 'cookie'
    return isCookie && cookie?.isOwnRequest(request) !== true ? 'csrf_rejected' : credentials
  }

  return async (request) => {
    const credentials = read(request)
    if (typeof credentials === 'string') return refused(credentials)
    const used = credentials.scheme
    let auth: VerifiedToken
    try {
      auth = await verifier.verify(credentials.token)
    } catch (error) {
      const [code, details] = classify(error)
      return refused(code, { used, ...details })
    }
    const binding =
      used === 'Bearer' || checkProof === undefined
        ? checkUnbound(auth)
        : await checkBound(auth, credentials.token, request, checkProof)
    if (!('headers' in binding)) return refused(binding[0], { used, ...binding[1] })
    if (needed?.isCovered(auth.claims) === false) {
      return refused('insufficient_scope', { used })
    }
    return { kind: 'authenticated', auth, ...binding }
  }
}
