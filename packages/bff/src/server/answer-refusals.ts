import type { Middleware } from 'koa'
import { setSafeHeaders } from '../requests/set-safe-headers.ts'

const nothing = async (): Promise<void> => {}

/** An answer that is no file has the headers of the BFF's own: never stored, nothing loaded. */
export const answerRefusals: Middleware = async (ctx, next) => {
  try {
    await next()
  } catch (failure) {
    await setSafeHeaders(ctx, nothing)
    throw failure
  }
}
