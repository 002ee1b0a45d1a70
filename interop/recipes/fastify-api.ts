import {
  authenticate,
  authorize,
  type Refusal,
  type VerifiedToken,
  type Verifier,
} from '@coatcheck/jwt'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    auth: VerifiedToken
  }
}

const refuse = (reply: FastifyReply, { status, headers, exposeHeaders, body }: Refusal) =>
  reply
    .code(status)
    .headers({ ...headers, 'access-control-expose-headers': exposeHeaders.join(', ') })
    .send(JSON.stringify(body))

export const createApi = (verifier: Verifier): FastifyInstance => {
  const guard = authenticate({ verifier })
  const mayRead = authorize({ scope: 'orders:read' })

  const app = Fastify()
  app.addHook('onRequest', async (request, reply) => {
    const { method, url = '/', headersDistinct } = request.raw
    const header = (name: string) => headersDistinct[name] ?? []
    const outcome = await guard({ method: method ?? '', target: url, header })
    if (outcome.kind === 'refused') return refuse(reply, outcome.refusal)
    request.auth = outcome.auth
    reply.headers(outcome.headers)
  })
  app.get('/orders', async ({ auth }, reply) => {
    const outcome = mayRead(auth)
    return outcome.kind === 'refused'
      ? refuse(reply, outcome.refusal)
      : { ordersOf: auth.claims.sub }
  })
  return app
}
