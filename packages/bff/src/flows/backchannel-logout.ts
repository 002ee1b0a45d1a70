import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { RequestProblem } from '../errors.ts'
import { describeFailure } from '../log.ts'
import type { LogoutRequest } from '../provider/logout-token.ts'
import { readForm } from '../requests/read-form.ts'
import { endSession } from '../sessions/end-session.ts'

const verify = async (bff: BffContext, token: string): Promise<LogoutRequest> => {
  const { log } = bff.options
  const outcome = await bff.provider.verifyLogoutToken(token).catch((cause: unknown) => {
    log.warn(
      { event: 'logout.backchannel_unverified', failure: describeFailure(cause) },
      'A logout token could not be verified, since the provider’s keys could not be had.',
    )
    throw new RequestProblem('provider_unavailable', { cause })
  })
  if (outcome.kind === 'valid') return outcome.request
  log.warn(
    { event: 'logout.backchannel_refused', fault: outcome.fault },
    'A logout token is wrong.',
  )
  throw new RequestProblem('invalid_request', { detail: `At fault: ${outcome.fault}` })
}

/** Sids of the index that the logout token means; where it has both, both must fit. */
const findSids = ({ index }: BffContext, request: LogoutRequest): Promise<readonly string[]> => {
  const { issuer, providerSid, subject = '' } = request
  return providerSid === undefined
    ? index.bySubject({ issuer, subject })
    : index.byProviderSid({ issuer, providerSid })
}

const isMeant = async (
  { sessions }: BffContext,
  sid: string,
  { issuer, subject, providerSid }: LogoutRequest,
): Promise<boolean> => {
  const lookup = await sessions.read(sid)
  if (lookup.kind !== 'live') return false
  const { login } = lookup.session.record
  const isSubject = subject === undefined || login.subject === subject
  const isSession = providerSid === undefined || login.providerSid === providerSid
  return login.issuer === issuer && isSubject && isSession
}

const endMeant = async (bff: BffContext, request: LogoutRequest): Promise<number> => {
  await bff.providerLogouts.remember(request)
  const sids = await findSids(bff, request)
  const ended = await Promise.all(
    sids.map(async (sid) => (await isMeant(bff, sid, request)) && endSession(bff, sid, 'revoked')),
  )
  return ended.filter(Boolean).length
}

const refuseSpent = ({ options }: BffContext): never => {
  options.log.warn(
    { event: 'logout.backchannel_refused', fault: 'jti' },
    'A logout token was sent twice.',
  )
  throw new RequestProblem('invalid_request', { detail: 'At fault: jti' })
}

/**
 * `POST /backchannel-logout`: the provider ends sessions of its users (OpenID Connect Back-Channel
 * Logout, sections 2.5 to 2.8). It is 200 also where nobody was logged in; a store or provider that
 * cannot be reached is a 503, after which the same token may be sent again: it is refused as spent
 * only once what it asks for is done. The same token twice at once is done twice, which is no more
 * than once, and accepted once.
 */
export const backchannelLogout = async (bff: BffContext, ctx: Context): Promise<void> => {
  const form = await readForm(ctx)
  const request = await verify(bff, form.get('logout_token') ?? '')
  if (await bff.providerLogouts.isSpent(request)) refuseSpent(bff)
  const sessions = await endMeant(bff, request)
  bff.options.log.info({ event: 'logout.backchannel', sessions }, 'The provider ended sessions.')
  // Last: a token noted before would be lost with the process, or the store, that fails meanwhile.
  if (!(await bff.providerLogouts.spend(request))) refuseSpent(bff)
  ctx.status = 200
  ctx.body = ''
}
