/** What a schema makes of a value: `value`, or what it found wrong with it. */
export type ClaimsVerdict<Claims> =
  | { readonly value: Claims; readonly issues?: undefined }
  | { readonly issues: readonly ClaimsIssue[] }

/** One thing a schema found wrong. */
export interface ClaimsIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** A schema of any library that speaks Standard Schema 1 (zod, valibot, arktype and others). */
export interface ClaimsSchema<Claims> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => ClaimsVerdict<Claims> | Promise<ClaimsVerdict<Claims>>
    readonly types?: { readonly input: unknown; readonly output: Claims } | undefined
  }
}
