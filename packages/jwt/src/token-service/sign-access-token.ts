import type {
  AccessTokenRequest,
  FamilyAccessToken,
  MakeAccessToken,
} from '../refresh-tokens/refresh-grant.ts'
import type { Signer } from '../signer.ts'
import type { SignInput } from '../signer-claims.ts'

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

/** Makes access tokens from what the login gave, changed by what holds today. */
export const signAccessToken =
  (
    signer: Signer,
    factsOfToday: (request: AccessTokenRequest) => Promise<LoginFacts> = async () => ({}),
  ): MakeAccessToken =>
  async (request) => {
    const login = (request.grant.data ?? {}) as LoginFacts
    return sign(signer, toSignInput(request, { ...login, ...(await factsOfToday(request)) }))
  }
