import type {
  AccessTokenRequest,
  FamilyAccessToken,
  MakeAccessToken,
} from '../refresh-tokens/refresh-grant.ts'
import type { Signer } from '../signer.ts'
import type { SignInput } from '../signer-claims.ts'
import type { ServiceContext } from './service-options.ts'

/** What a family remembers of its login for the access tokens to come. */
export type LoginFacts = Pick<
  SignInput,
  'roles' | 'authTime' | 'acr' | 'amr' | 'claims' | 'ttlSeconds'
>

const toSignInput = (
  { grant, scope, resource }: AccessTokenRequest,
  facts: LoginFacts,
): SignInput => ({
  ...facts,
  subject: grant.subject,
  clientId: grant.clientId,
  scope,
  ...(resource.length === 0 ? {} : { audience: resource }),
  ...(grant.jkt === undefined ? {} : { jkt: grant.jkt }),
})

const sign = async (signer: Signer, input: SignInput): Promise<FamilyAccessToken> => {
  const { token, claims } = await signer.issue(input)
  return { token, issuer: claims.iss, jwtId: claims.jti ?? '', expiresAt: claims.exp }
}

/** No access token outlives its family, for nothing would remember it to be denied. */
const lifeWithin = (
  { grant }: AccessTokenRequest,
  { ttlSeconds }: LoginFacts,
  { signer, now }: Pick<ServiceContext, 'signer' | 'now'>,
): number => {
  const leftSeconds = Math.max(1, Math.floor((grant.expiresAt - now()) / 1000))
  return Math.min(ttlSeconds ?? signer.ttlSeconds, leftSeconds)
}

/** Makes access tokens from what the login gave, changed by what holds today. */
export const signAccessToken =
  (
    context: Pick<ServiceContext, 'signer' | 'now'>,
    factsOfToday: (request: AccessTokenRequest) => Promise<LoginFacts> = async () => ({}),
  ): MakeAccessToken =>
  async (request) => {
    const login = (request.grant.data ?? {}) as LoginFacts
    const facts = { ...login, ...(await factsOfToday(request)) }
    const ttlSeconds = lifeWithin(request, facts, context)
    return sign(context.signer, toSignInput(request, { ...facts, ttlSeconds }))
  }
