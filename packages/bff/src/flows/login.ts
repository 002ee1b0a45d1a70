import { parseReturnTo } from '@coatcheck/wire'
import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { rememberTransaction, startTransaction } from '../cookies/transaction-cookie.ts'
import { RequestProblem } from '../errors.ts'
import { passedOnParameters } from '../provider/authorization-url.ts'
import { failLogin } from '../requests/fail-login.ts'
import { findResource } from '../requests/find-resource.ts'
import { publicUrls } from '../requests/public-urls.ts'
import { type Query, readQuery } from '../requests/read-query.ts'

/** Longer than any hint or list of locales that is meant seriously. */
const maximumParameterLength = 512

/** Where the login ends: a place of the app, or the page that tells the window which opened it. */
const readReturnTo = ({ options }: BffContext, { values }: Query): string => {
  const wanted = values.get('returnTo') ?? values.get('target_link_uri') ?? '/'
  const returnTo = parseReturnTo(wanted, options.publicUrl, options.basePath)
  if (returnTo === undefined) throw new RequestProblem('return_to_not_allowed')
  return values.get('display') === 'popup' ? publicUrls(options).popup : returnTo
}

const readMaxAge = ({ values }: Query): number | undefined => {
  const value = values.get('max_age')
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw new RequestProblem('invalid_request', { detail: 'max_age must be seconds' })
}

/** A login that a third party starts must name our provider (OpenID Connect Core, section 4). */
const checkInitiator = ({ options }: BffContext, { values, hasRepeated }: Query): void => {
  if (hasRepeated) throw new RequestProblem('invalid_request', { detail: 'a parameter repeats' })
  const issuer = values.get('iss')
  if (issuer !== undefined && issuer !== options.provider.issuer) {
    throw new RequestProblem('issuer_mismatch')
  }
}

const readPassedOn = ({ values }: Query) => {
  const passedOn = new Map<(typeof passedOnParameters)[number], string>()
  for (const name of passedOnParameters) {
    const value = values.get(name)
    if (value === undefined) continue
    if (value.length > maximumParameterLength) {
      throw new RequestProblem('invalid_request', { detail: `${name} is too long` })
    }
    passedOn.set(name, value)
  }
  return passedOn
}

/**
 * `GET /login`: sends the browser to the provider. The redirect URI and the scope come from the
 * configuration alone; of the query only the listed OIDC parameters flow on.
 */
export const login = async (bff: BffContext, ctx: Context): Promise<void> => {
  const { options, provider } = bff
  const query = readQuery(ctx)
  checkInitiator(bff, query)
  const returnTo = readReturnTo(bff, query)
  const maxAge = readMaxAge(query)
  const passedOn = readPassedOn(query)
  const resource = findResource(options, query.values.get('resource'))
  const resources = [...options.resources.values()].filter(
    (candidate) => candidate.request === 'always' || candidate === resource,
  )
  const started = startTransaction(bff, {
    resource: resource.name,
    returnTo,
    ...(maxAge !== undefined && { maxAge }),
  })
  const { transaction } = started
  const redirectUri = publicUrls(options).callback
  const request = { transaction, redirectUri, resources, passedOn }
  const outcome = await provider.authorizationUrl(request)
  if (outcome.kind === 'failed') return failLogin(bff, ctx, { ...outcome, returnTo })
  rememberTransaction(bff, ctx, started)
  ctx.status = 303
  ctx.redirect(outcome.url.href)
}
