import type { JwtErrorCode } from '../../errors.ts'

/** One hostile token: the rule it breaks, what it tries, itself, and the code it must earn. */
export type Attempt = readonly [rule: string, name: string, token: string, code: JwtErrorCode]
