import { hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { defaults } from '../defaults.ts'
import { readCookies } from './read-cookies.ts'
import { setCookie } from './set-cookie.ts'
import type { Transaction } from './transaction.ts'

interface SealedTransaction {
  readonly seed: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly resource: string
  /** Path, query and fragment: the origin is the app's. */
  readonly path: string
  readonly maxAge?: number
}

type Deps = Pick<BffContext, 'options' | 'transactionSealer'>

const derive = (seed: string, purpose: 'state' | 'nonce' | 'code_verifier'): string =>
  Buffer.from(hkdfSync('sha256', Buffer.from(seed, 'base64url'), '', purpose, 32)).toString(
    'base64url',
  )

const idLength = 12

/** Names that can be written again, to delete the cookie. Any other is left alone. */
const idShape = /^[\w-]+$/

/** The cookie of a state is found by the state's first characters; the rest is compared sealed. */
const cookieNameOf = ({ options }: Deps, state: string): string =>
  options.cookieNames.transactionPrefix + state.slice(0, idLength)

const isTransactionName = ({ options }: Deps, name: string): boolean => {
  const { transactionPrefix } = options.cookieNames
  return name.startsWith(transactionPrefix) && idShape.test(name.slice(transactionPrefix.length))
}

/** Sealed for this cookie name and issuer: an answer meant for another provider opens nothing. */
const placeOf = ({ options }: Deps, cookieName: string): string =>
  `${cookieName} ${options.provider.issuer}`

const open = (deps: Deps, name: string, value: string): SealedTransaction | undefined => {
  const text = deps.transactionSealer.open(value, placeOf(deps, name))
  const sealed = text === undefined ? undefined : (JSON.parse(text) as SealedTransaction)
  const isFresh =
    sealed !== undefined && deps.options.now() < sealed.at + defaults.transactionSeconds * 1000
  return isFresh ? sealed : undefined
}

const expand = ({ options }: Deps, sealed: SealedTransaction): Transaction => ({
  state: derive(sealed.seed, 'state'),
  nonce: derive(sealed.seed, 'nonce'),
  codeVerifier: derive(sealed.seed, 'code_verifier'),
  resource: sealed.resource,
  returnTo: options.origin + sealed.path,
  startedAt: sealed.at,
  ...(sealed.maxAge !== undefined && { maxAge: sealed.maxAge }),
})

const clear = ({ options }: Deps, ctx: Context, name: string): void =>
  setCookie(options, ctx, { name, value: '', sameSite: 'lax', maxAgeSeconds: 0 })

/** Deletes what no longer opens, then the oldest, until the new cookie fits beside the rest. */
const makeRoom = (deps: Deps, ctx: Context, neededBytes: number): void => {
  const pending = [...readCookies(ctx)]
    .filter(([name]) => isTransactionName(deps, name))
    .map(([name, value]) => ({
      name,
      bytes: name.length + value.length + 3,
      at: open(deps, name, value)?.at ?? Number.NEGATIVE_INFINITY,
    }))
    .sort((a, b) => b.at - a.at)
  let bytes = neededBytes
  for (const [index, cookie] of pending.entries()) {
    bytes += cookie.bytes
    const isKept =
      cookie.at > 0 && index < defaults.transactionLimit - 1 && bytes <= defaults.transactionBytes
    if (!isKept) clear(deps, ctx, cookie.name)
  }
}

/** A transaction with the cookie that will bring it back. */
export interface StartedTransaction {
  readonly transaction: Transaction
  readonly cookie: { readonly name: string; readonly value: string }
}

export const startTransaction = (
  deps: Deps,
  { resource, returnTo, maxAge }: Pick<Transaction, 'resource' | 'returnTo' | 'maxAge'>,
): StartedTransaction => {
  const { options, transactionSealer } = deps
  const sealed: SealedTransaction = {
    seed: Buffer.from(options.randomBytes(32)).toString('base64url'),
    at: options.now(),
    resource,
    path: returnTo.slice(options.origin.length),
    ...(maxAge !== undefined && { maxAge }),
  }
  const transaction = expand(deps, sealed)
  const name = cookieNameOf(deps, transaction.state)
  const value = transactionSealer.seal(JSON.stringify(sealed), placeOf(deps, name))
  return { transaction, cookie: { name, value } }
}

/** Gives the browser the cookie of a transaction, and takes back the oldest where there are many. */
export const rememberTransaction = (
  deps: Deps,
  ctx: Context,
  { cookie: { name, value } }: StartedTransaction,
): void => {
  makeRoom(deps, ctx, name.length + value.length + 3)
  const maxAgeSeconds = defaults.transactionSeconds
  setCookie(deps.options, ctx, { name, value, sameSite: 'lax', maxAgeSeconds })
}

/** States of the logins that the request brings along: started in this browser, not yet finished. */
export const readPendingStates = (deps: Deps, ctx: Context): readonly string[] => {
  const { transactionPrefix } = deps.options.cookieNames
  return [...readCookies(ctx)]
    .filter(([name]) => name.startsWith(transactionPrefix))
    .slice(0, defaults.transactionLimit)
    .map(([name, value]) => open(deps, name, value))
    .filter((sealed) => sealed !== undefined)
    .map(({ seed }) => derive(seed, 'state'))
}

/**
 * Finds the transaction this browser started with `state`, and deletes its cookie: a state is used
 * once. `undefined` when this browser started none, or too long ago.
 */
export const takeTransaction = (
  deps: Deps,
  ctx: Context,
  state: string,
): Transaction | undefined => {
  const name = cookieNameOf(deps, state)
  const value = readCookies(ctx).get(name)
  if (value === undefined || !isTransactionName(deps, name)) return undefined
  clear(deps, ctx, name)
  const sealed = open(deps, name, value)
  const transaction = sealed && expand(deps, sealed)
  const expected = Buffer.from(transaction?.state ?? '')
  const actual = Buffer.from(state)
  const isMatch = expected.length === actual.length && timingSafeEqual(expected, actual)
  return isMatch ? transaction : undefined
}
