import { parseReturnTo } from '@coatcheck/wire'
import { kitOf } from '../kit.ts'

/**
 * Reads a place of the app out of an address that anybody may have written, for apps with a login
 * page of their own that navigate by a router afterwards. The rules are those of the BFF (RFC 9700,
 * section 4.11.1): whatever leaves the app, runs as a script or reads two ways is refused.
 *
 * @param value the parameter as `URLSearchParams` hands it out
 * @param fallback where to go instead. Default `/`
 * @returns path, query and fragment
 */
export const readReturnTo = (
  client: object,
  value: string | null | undefined,
  fallback = '/',
): string => {
  const { origin } = location
  const place = parseReturnTo(value ?? '', origin, kitOf(client).bffPath)
  return place ? place.slice(origin.length) : fallback
}
