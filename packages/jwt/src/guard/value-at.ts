import type { JwtClaims } from '../token/claims.ts'
import { isRecord } from '../token/json.ts'

/** The value at a path of exact member names; `undefined` where there is none. */
export const valueAt = (claims: JwtClaims, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, name) => (isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    claims,
  )
