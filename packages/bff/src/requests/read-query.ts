import type { Context } from 'koa'

/** Parameters of the query, and whether any of them is there twice (RFC 6749, section 3.1). */
export interface Query {
  readonly values: ReadonlyMap<string, string>
  readonly hasRepeated: boolean
}

export const readQuery = (ctx: Context): Query => {
  const pairs = [...new URLSearchParams(ctx.querystring)]
  const values = new Map(pairs)
  return { values, hasRepeated: values.size < pairs.length }
}
