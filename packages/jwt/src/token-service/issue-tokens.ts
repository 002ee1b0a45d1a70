import type { IssueInput } from '../refresh-tokens/issue.ts'
import type { ServiceContext } from './service-options.ts'
import { type LoginFacts, signAccessToken } from './sign-access-token.ts'
import { answerPair, refuseToken, type TokenAnswer } from './token-answer.ts'

/** A login that succeeded: whom it was, and what the tokens are good for. */
export type TokenIssueInput = Omit<IssueInput, 'data' | 'makeAccessToken'> & LoginFacts

/** The pair of a fresh login. */
export const issueTokens = async (
  context: ServiceContext,
  input: TokenIssueInput,
): Promise<TokenAnswer> => {
  const { refreshTokens, now } = context
  const { roles, authTime, acr, amr, claims, ttlSeconds, ...grant } = input
  const facts = { roles, authTime, acr, amr, claims, ttlSeconds }
  // JSON leaves out what is undefined.
  const data = JSON.parse(JSON.stringify(facts)) as Readonly<Record<string, unknown>>
  const isEmpty = Object.keys(data).length === 0
  const outcome = await refreshTokens.issue({
    ...grant,
    ...(isEmpty ? {} : { data }),
    makeAccessToken: signAccessToken(context),
  })
  return outcome.kind === 'refused' ? refuseToken(outcome.reason) : answerPair(outcome, now())
}
