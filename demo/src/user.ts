/** Claims of the logged-in user that this app asked the BFF for. Display only. */
export interface DemoUser {
  readonly sub: string
  readonly name?: string
  readonly email?: string
  readonly preferred_username?: string
  readonly roles?: readonly string[]
}

/** What to call the user. */
export const nameOf = ({ name, preferred_username, sub }: DemoUser): string =>
  name ?? preferred_username ?? sub

/** The user's roles as one text. */
export const rolesOf = ({ roles = [] }: DemoUser): string =>
  roles.length > 0 ? roles.join(', ') : 'none'
