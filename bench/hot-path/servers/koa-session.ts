import { bodyParser } from '@koa/bodyparser'
import { Redis } from 'ioredis'
import Koa from 'koa'
import session from 'koa-session'
import { openAccessToken } from '../../../packages/bff/src/sessions/token-set.ts'
import { serve } from '../../lib/serve.ts'
import { recordOf } from '../record.ts'
import { createTokenSealer } from '../token-sealer.ts'
import { peerOptions } from './peer.ts'

/**
 * An application as the documentation of koa-session has it, with its external store in Redis, that
 * answers the same from the same record: it opens the tokens and hands out the one that the request's
 * body names. It does not look at where the request comes from, and sets no headers of its own.
 */
const { redisUrl, keyPrefix, signingKey, sealingKey, idleLimit } = peerOptions()
const redis = new Redis(redisUrl)
const sealer = createTokenSealer(sealingKey)

const app = new Koa()
app.keys = [signingKey]
app.use(bodyParser())
app.use(
  session(
    {
      rolling: idleLimit === 'rolling',
      store: {
        get: async (sid) => {
          const record = await redis.get(keyPrefix + sid)
          return record === null ? undefined : recordOf(record)
        },
        set: async (sid, content, maxAge) => {
          // Beside the record, which the BFF reads in the same run.
          await redis.set(`koa:${sid}`, JSON.stringify(content), 'PX', Number(maxAge))
        },
        destroy: async () => {
          throw new Error('Nothing ends here.')
        },
      },
    },
    app,
  ),
)
app.use(async (ctx) => {
  const { session: record } = ctx
  // Without a session in the store koa-session makes up an empty one.
  if (record?.tokens === undefined) ctx.throw(401)
  const { resource } = ctx.request.body as { resource: string }
  const found = openAccessToken(sealer, record, { resource, scope: undefined })
  const { token, scope, expiresAt } = found ?? ctx.throw(400)
  ctx.body = {
    access_token: token,
    token_type: 'Bearer',
    expires_in: Math.floor((expiresAt - Date.now()) / 1000),
    scope,
    resource,
  }
})

serve(app.callback())
