import { Redis } from 'ioredis'
import Koa from 'koa'
import { serve } from '../../lib/serve.ts'
import { peerOptions } from './peer.ts'

/** The least a Koa application can do with a record in Redis: fetch it and answer. */
const { redisUrl, keyPrefix, answer } = peerOptions()
const redis = new Redis(redisUrl)

const app = new Koa()
app.use(async (ctx) => {
  const record = await redis.get(keyPrefix + ctx.get('cookie').slice('sid='.length))
  if (record === null) ctx.throw(401)
  ctx.body = answer
})

serve(app.callback())
