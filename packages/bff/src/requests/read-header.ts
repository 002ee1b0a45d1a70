import type { Context } from 'koa'

/** A header of the request by its name in small letters; empty where there is none. */
export const readHeader = ({ req }: Pick<Context, 'req'>, name: string): string => {
  const value = req.headers[name]
  return typeof value === 'string' ? value : ''
}
