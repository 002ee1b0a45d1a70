import { checkKeys } from './check-keys.ts'
import { DevIdpError } from './errors.ts'
import type { DevIdpUser } from './options.ts'

/** A {@link DevIdpUser} after the defaults. */
export interface ResolvedUser {
  readonly username: string
  readonly sub: string
  readonly name: string
  readonly email: string | undefined
  readonly roles: readonly string[]
  /** Everything the provider may say, `sub` excepted. */
  readonly claims: Readonly<Record<string, unknown>>
}

const userKeys: Readonly<Record<keyof DevIdpUser, true>> = {
  username: true,
  sub: true,
  claims: true,
}

const refuse = (message: string): never => {
  throw new DevIdpError('option_invalid', message)
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== ''

const resolveUser = (user: DevIdpUser): ResolvedUser => {
  checkKeys('A user', user, Object.keys(userKeys))
  const { username, sub = username, claims = {} } = user
  if (!isName(username)) refuse('A user needs a username.')
  if (!isName(sub)) refuse("A user's sub must be a string that is not empty.")
  const { name = username, email, roles = [] } = claims
  if (!Array.isArray(roles) || !roles.every(isName)) refuse("A user's roles must be strings.")
  return {
    username,
    sub,
    name,
    email,
    roles,
    claims: {
      preferred_username: username,
      ...(email === undefined ? {} : { email_verified: true }),
      ...claims,
      name,
      roles,
    },
  }
}

/** @throws DevIdpError `option_unknown`, `option_invalid` */
export const resolveUsers = (users: readonly DevIdpUser[]): readonly ResolvedUser[] => {
  const resolved = users.map(resolveUser)
  if (resolved.length === 0) refuse('The option "users" must hold at least one user.')
  for (const key of ['username', 'sub'] as const) {
    const values = new Set(resolved.map((user) => user[key]))
    if (values.size < resolved.length) refuse(`Two users have the same ${key}.`)
  }
  return resolved
}
