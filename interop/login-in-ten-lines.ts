import {
  createDenyList,
  createKeyRing,
  createRefreshTokens,
  createSigner,
  createTokenService,
  type RevocationAnswer,
  type TokenAnswer,
} from '@coatcheck/jwt'
import { publishKeys } from '@coatcheck/jwt/express'
import type { Store } from '@coatcheck/store'
import express from 'express'

interface Login {
  readonly issuer: string
  readonly audience: string
  readonly store: Store
  readonly sealingKeys: readonly string[] // 32 random bytes each, in base64url
  readonly checkPassword: (body: unknown) => Promise<{ id: string; roles: string[] } | undefined>
}

const send = (res: express.Response, { status, headers, body }: TokenAnswer | RevocationAnswer) =>
  res.status(status).set(headers).send(JSON.stringify(body))

export const createLogin = (login: Login): express.Express => {
  const { issuer, audience, store, sealingKeys, checkPassword } = login
  const app = express().use(express.json({ limit: '10kb' }))

  const keyRing = createKeyRing({ algorithm: 'ES256', store, sealingKeys })
  const denyList = createDenyList({ store })
  const signer = createSigner({ issuer, audience, keyRing })
  const refreshTokens = createRefreshTokens({ store, denyList })
  const tokens = createTokenService({ signer, refreshTokens })
  app.use(publishKeys({ keyRing, path: '/.well-known/jwks.json' }))
  app.post('/login', async (req, res) => {
    const user = await checkPassword(req.body)
    if (user === undefined) return res.sendStatus(401)
    const { id: subject, roles } = user
    return send(res, await tokens.issue({ subject, roles, clientId: 'web', scope: 'orders:read' }))
  })
  app.post('/token', async ({ body }, res) =>
    send(res, await tokens.refresh({ refreshToken: body?.refresh_token, clientId: 'web' })),
  )
  app.post('/logout', async ({ body }, res) =>
    send(res, await tokens.revoke({ token: body?.refresh_token, clientId: 'web' })),
  )
  return app
}
