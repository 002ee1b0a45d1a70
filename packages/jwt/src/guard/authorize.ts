import * as defaults from '../defaults.ts'
import { misconfigured, readStrings, requireKnownOptions } from '../options.ts'
import type { JwtClaims } from '../token/claims.ts'
import type { VerifiedToken } from '../verifier.ts'
import type { GuardOptions } from './guard-options.ts'
import { readGuardOptions } from './guard-options.ts'
import type { OfferedScheme, Refusal, RefusalCode } from './refusal.ts'
import { refuse } from './refusal.ts'
import type { NeededScope, ScopeClaimOptions } from './scope.ts'
import { readScope } from './scope.ts'
import type { StepUp, StepUpOptions } from './step-up.ts'
import { readStepUp } from './step-up.ts'
import { valueAt } from './value-at.ts'

/**
 * Options of {@link authorize}. At least one of `scope`, `role`, `principal` and `stepUp` is
 * required.
 */
export interface AuthorizeOptions extends GuardOptions, ScopeClaimOptions {
  /** Scope values the token must have, all of them: `'orders:read orders:write'` or a list. */
  readonly scope?: string | readonly string[]
  /** Role the user must have; of a list, one suffices. Whole strings, case-sensitive. */
  readonly role?: string | readonly string[]
  /**
   * Claim that lists the roles: the claim's exact name, or the path to it as a list, such as
   * `['realm_access', 'roles']`. Default `'roles'` (RFC 9068, section 2.2.3.1).
   */
  readonly rolesClaim?: string | readonly string[]
  /**
   * Whom the token must stand for. `'user'` refuses tokens that a client obtained for itself: those
   * whose `sub` is their `client_id`. `'client'` refuses all others. Tokens without `client_id`
   * cannot be told and are neither (RFC 9068, section 5). Default: both may pass.
   */
  readonly principal?: 'user' | 'client'
  /**
   * The login the user needs; a token without `acr` or `auth_time` does not show it. The challenge
   * tells the client what to ask for (RFC 9470, section 3).
   */
  readonly stepUp?: StepUpOptions
}

/** What {@link authorize} decides. */
export type AuthorizeOutcome =
  | { readonly kind: 'authorized' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Decides whether a verified token suffices. */
export type Authorize = (auth: VerifiedToken) => AuthorizeOutcome

type Rule = (claims: JwtClaims) => RefusalCode | undefined

const scopeRule =
  ({ isCovered }: NeededScope): Rule =>
  (claims) =>
    isCovered(claims) ? undefined : 'insufficient_scope'

const roleRule =
  (accepted: readonly string[], path: readonly string[]): Rule =>
  (claims) => {
    const roles = valueAt(claims, path)
    const isGranted = Array.isArray(roles) && accepted.some((role) => roles.includes(role))
    return isGranted ? undefined : 'insufficient_role'
  }

const principalRule = (principal: unknown): Rule => {
  switch (principal) {
    case 'user':
      return ({ sub, client_id }) =>
        client_id === undefined || client_id === sub ? 'user_required' : undefined
    case 'client':
      return ({ sub, client_id }) => (client_id === sub ? undefined : 'client_required')
    default:
      throw misconfigured('principal must be "user" or "client".')
  }
}

const optionNames = [
  'scope',
  'scopeClaim',
  'role',
  'rolesClaim',
  'principal',
  'stepUp',
  'realm',
  'onRefused',
] as const

const readRules = (
  { role, rolesClaim, principal }: AuthorizeOptions,
  scope: NeededScope | undefined,
  stepUp: StepUp | undefined,
): readonly Rule[] => {
  if (rolesClaim !== undefined && role === undefined) {
    throw misconfigured('rolesClaim says where roles are, but no role is asked for.')
  }
  const rules: Rule[] = []
  if (principal !== undefined) rules.push(principalRule(principal))
  if (scope !== undefined) rules.push(scopeRule(scope))
  if (role !== undefined) {
    const path = readStrings(rolesClaim ?? defaults.rolesClaim, 'rolesClaim', 255)
    rules.push(roleRule(readStrings(role, 'role', 255), path))
  }
  // Last: whoever may not do this at all is not sent to log in again.
  if (stepUp !== undefined) {
    const code = 'insufficient_user_authentication'
    rules.push((claims) => (stepUp.isMet(claims) ? undefined : code))
  }
  if (rules.length > 0) return rules
  throw misconfigured(
    'authorize needs a scope, a role, a principal or a stepUp: without any it guards nothing.',
  )
}

/**
 * The scheme the token came with: a bound one is taken with a proof only. Its `algs` are left out,
 * for the client has just sent a proof of one.
 */
const schemeOf = (claims: JwtClaims): OfferedScheme => ({
  scheme: claims.cnf === undefined ? 'Bearer' : 'DPoP',
})

/**
 * Creates a check of what a verified token allows. It compares whole strings in the places RFC 9068
 * and the options name, and answers with 403 where they do not suffice (RFC 6750, section 3.1), or
 * with 401 where another login would (RFC 9470, section 3).
 *
 * @throws JwtError `configuration_invalid` when an option is wrong or nothing is asked for
 */
export const authorize = (options: AuthorizeOptions): Authorize => {
  requireKnownOptions(options, optionNames, 'authorize')
  const stepUp = readStepUp(options.stepUp)
  const needed = readScope(options)
  const rules = readRules(options, needed, stepUp)
  const scope = needed?.values
  const { realm, onRefused } = readGuardOptions(options)
  return ({ claims }) => {
    for (const rule of rules) {
      const code = rule(claims)
      if (code === undefined) continue
      const login = code === 'insufficient_user_authentication' ? stepUp : undefined
      const refusal = refuse(code, { realm, scope, login, schemes: [schemeOf(claims)] })
      onRefused(refusal)
      return { kind: 'refused', refusal }
    }
    return { kind: 'authorized' }
  }
}
