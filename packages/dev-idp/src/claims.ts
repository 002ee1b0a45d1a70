import type { ResolvedUser } from './resolve-users.ts'

/** Claims of the scope `profile` (OpenID Connect Core §5.4). */
const profileClaims = [
  'name',
  'family_name',
  'given_name',
  'middle_name',
  'nickname',
  'preferred_username',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
  'updated_at',
]

/** Claims of the other standard scopes (OpenID Connect Core §5.4). */
const standardClaims: Readonly<Record<string, string[]>> = {
  profile: profileClaims,
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** About the login itself: an app that shows or checks them need not ask for each by name. */
const loginClaims = ['sub', 'acr', 'amr', 'auth_time']

/** Which claims come with which scope; a claim of your own comes with `openid`. */
export const claimsByScope = (users: readonly ResolvedUser[]): Record<string, string[]> => {
  const standard = new Set(Object.values(standardClaims).flat())
  const own = users.flatMap(({ claims }) => Object.keys(claims)).filter((key) => !standard.has(key))
  return { openid: [...new Set([...loginClaims, ...own])], ...standardClaims }
}
