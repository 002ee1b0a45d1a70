import { defaultBasePath, type UserClaims } from '@coatcheck/wire'
import type { ClaimsSchema } from './claims-schema.ts'
import { defaultMinValiditySeconds, defaultOfflineWaitSeconds } from './defaults.ts'
import { AuthError } from './errors.ts'
import type { AuthClientOptions } from './options.ts'

/** A resource whose origin has been checked. */
export interface Resource {
  readonly name: string
  readonly origin: string
}

/** Checked options; nothing in them is optional any more. */
export interface Settings {
  readonly bffPath: string
  readonly resources: readonly Resource[]
  readonly minValiditySeconds: number
  readonly offlineWaitSeconds: number
  readonly claims: ClaimsSchema<UserClaims> | undefined
}

/** An origin as `URL` writes it: https, or http where nobody can listen on the way. */
const safeOrigin = /^https:|^http:\/\/((.+\.)?localhost|127[\d.]+|\[::1])(:\d+)?$/

const resolveOrigin = (name: string, text: string): string => {
  try {
    const { href, origin } = new URL(text)
    if (href === `${origin}/` && safeOrigin.test(origin)) return origin
  } catch {
    // Refused below, without quoting the value.
  }
  const message = `resources.${name}.origin must be an https origin`
  throw new AuthError('invalid_options', 'options', 'never', { message })
}

/**
 * Checks once what safety depends on, so that nothing behind it needs to.
 *
 * @throws AuthError `invalid_options`, which names the option
 */
export const resolveOptions = ({
  bffPath = defaultBasePath,
  resources,
  minValiditySeconds = defaultMinValiditySeconds,
  offlineWaitSeconds = defaultOfflineWaitSeconds,
  claims,
}: Omit<AuthClientOptions, 'claims'> & { readonly claims?: unknown }): Settings => ({
  bffPath,
  minValiditySeconds,
  offlineWaitSeconds,
  claims: claims as Settings['claims'],
  resources: Object.entries(resources).map(([name, { origin }]) => ({
    name,
    origin: resolveOrigin(name, origin),
  })),
})
