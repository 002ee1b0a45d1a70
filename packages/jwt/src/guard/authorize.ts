import * as defaults from '../defaults.ts'
import { misconfigured, readStrings, requireKnownOptions } from '../options.ts'
import type { JwtClaims } from '../token/claims.ts'
import { isRecord } from '../token/json.ts'
import type { VerifiedToken } from '../verifier.ts'
import type { GuardOptions } from './guard-options.ts'
import { readGuardOptions } from './guard-options.ts'
import type { Refusal, RefusalCode } from './refusal.ts'
import { refuse } from './refusal.ts'
import { coversScope, readScope } from './scope.ts'

/** Options of {@link authorize}. At least one of `scope`, `role` and `user` is required. */
export interface AuthorizeOptions extends GuardOptions {
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
   * `true` refuses tokens that a client obtained for itself: those whose `sub` is their
   * `client_id`, and those without `client_id`, which cannot be told (RFC 9068, section 5).
   * Default `false`.
   */
  readonly user?: boolean
}

/** What {@link authorize} decides. */
export type AuthorizeOutcome =
  | { readonly kind: 'authorized' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** Decides whether a verified token suffices. */
export type Authorize = (auth: VerifiedToken) => AuthorizeOutcome

type Rule = (claims: JwtClaims) => RefusalCode | undefined

const scopeRule =
  (needed: readonly string[]): Rule =>
  ({ scope }) =>
    coversScope(scope, needed) ? undefined : 'insufficient_scope'

const valueAt = (claims: JwtClaims, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, name) => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    claims,
  )

const roleRule =
  (accepted: readonly string[], path: readonly string[]): Rule =>
  (claims) => {
    const roles = valueAt(claims, path)
    const isGranted = Array.isArray(roles) && accepted.some((role) => roles.includes(role))
    return isGranted ? undefined : 'insufficient_role'
  }

const userRule: Rule = ({ sub, client_id }) =>
  client_id === undefined || client_id === sub ? 'user_required' : undefined

const optionNames = ['scope', 'role', 'rolesClaim', 'user', 'realm', 'onRefused'] as const

const readRules = ({ scope, role, rolesClaim, user }: AuthorizeOptions): readonly Rule[] => {
  if (user !== undefined && typeof user !== 'boolean')
    throw misconfigured('user must be a boolean.')
  if (rolesClaim !== undefined && role === undefined) {
    throw misconfigured('rolesClaim says where roles are, but no role is asked for.')
  }
  const rules: Rule[] = []
  if (user === true) rules.push(userRule)
  if (scope !== undefined) rules.push(scopeRule(readScope(scope)))
  if (role !== undefined) {
    const path = readStrings(rolesClaim ?? defaults.rolesClaim, 'rolesClaim', 255)
    rules.push(roleRule(readStrings(role, 'role', 255), path))
  }
  if (rules.length > 0) return rules
  throw misconfigured('authorize needs a scope, a role or user: without any it guards nothing.')
}

/**
 * Creates a check of what a verified token allows. It compares whole strings in the places RFC 9068
 * and the options name, and answers with 403 where they do not suffice (RFC 6750, section 3.1).
 *
 * @throws JwtError `configuration_invalid` when an option is wrong or nothing is asked for
 */
export const authorize = (options: AuthorizeOptions): Authorize => {
  requireKnownOptions(options, optionNames, 'authorize')
  const rules = readRules(options)
  const scope = options.scope === undefined ? undefined : readScope(options.scope)
  const { realm, onRefused } = readGuardOptions(options)
  return ({ claims }) => {
    for (const rule of rules) {
      const code = rule(claims)
      if (code === undefined) continue
      const refusal = refuse(code, { realm, scope })
      onRefused(refusal)
      return { kind: 'refused', refusal }
    }
    return { kind: 'authorized' }
  }
}
