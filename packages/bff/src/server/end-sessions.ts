import type { Context } from 'koa'
import * as z from 'zod'
import type { Bff } from '../create-bff.ts'
import type { Log } from '../log.ts'
import { answerErrors } from '../requests/answer-errors.ts'
import { readJson } from '../requests/read-json.ts'
import type { SessionFilter } from '../sessions/end-sessions-of.ts'

const bodySchema: z.ZodType<SessionFilter> = z.union([
  z.strictObject({ sid: z.string().min(1).max(128) }),
  z.strictObject({ subject: z.string().min(1).max(255) }),
])

/**
 * `DELETE /admin/sessions`: ends one session by `sid`, or all of a user by `subject`. They are in
 * the body, since URLs end up in the logs of whatever is in between.
 */
export const endSessions = (
  ctx: Context,
  { bff, log }: { readonly bff: Pick<Bff, 'endSessions'>; readonly log: Log },
): Promise<void> =>
  answerErrors({ log })(ctx, async () => {
    const ended = await bff.endSessions(await readJson(ctx, bodySchema))
    ctx.body = { ended }
  })
