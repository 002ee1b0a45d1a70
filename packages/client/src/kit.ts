import { askBff, callBff, refuse, type Target } from './call-bff.ts'
import type { Channel, Context } from './context.ts'
import { requestTimeoutMs } from './defaults.ts'
import { AuthError, type AuthErrorCode, type AuthPhase } from './errors.ts'
import { type LoginOptions, loginAddress } from './login.ts'
import { loadSession, settleSession } from './session.ts'
import { type AuthEvents, type AuthState, emit, setState } from './state.ts'
import { warnOfEnd } from './warn-of-end.ts'

/** Life of one held token; never the token. */
export interface TokenLife {
  readonly resource: string | undefined
  readonly scope: string | undefined
  /** The scope it was granted, separated by blanks. */
  readonly granted: string
  /** What is left, in milliseconds. */
  readonly leftMs: number
  /** What it came with, in milliseconds. */
  readonly lifeMs: number
}

/** What the functions over a client may do besides its public methods. None of it yields a token. */
export interface Kit {
  readonly bffPath: string
  /** Address of a login with these options; with `display` it ends at the page for popups. */
  readonly loginAddress: (options?: LoginOptions & { readonly display?: 'popup' }) => string
  /** Public name of the present session, to tell one login from another. */
  readonly sid: () => string | undefined
  /**
   * Calls the BFF for the present login and answers the body of a success.
   *
   * @throws AuthError
   */
  readonly call: (
    phase: AuthPhase,
    target: Target,
    body?: object,
    method?: string,
  ) => Promise<string>
  /**
   * Opens a stream of the BFF; it ends with the present login.
   *
   * @throws AuthError what `call` throws
   */
  readonly open: (phase: AuthPhase, target: Target, signal: AbortSignal) => Promise<Response>
  /** Asks again who is logged in, without keeping the session alive by it. */
  readonly check: () => Promise<AuthState>
  /** Puts the client into the state `error`, which waiting does not mend; `refreshSession` leads out of it. */
  readonly fail: (code: AuthErrorCode, phase: AuthPhase) => void
  /** Reports `sessionExpiring`, unless this end has been reported already. */
  readonly warn: (expiresAt: number) => void
  /** Tells the listeners of the client. */
  readonly emit: <Name extends keyof AuthEvents>(name: Name, detail: AuthEvents[Name]) => void
  /** Name of the resource meant where none is named. */
  readonly firstResource: string | undefined
  /** Lives of the tokens held. */
  readonly tokens: () => readonly TokenLife[]
  /** Wall clock of the client. */
  readonly now: () => number
  /** Chance of the client. */
  readonly random: () => number
  /** The channel to the other tabs, where the browser has one. */
  readonly channel: Channel | undefined
  /** Aborted when the client is disposed of. */
  readonly lifetime: AbortSignal
}

const kitKey: unique symbol = Symbol('coatcheck')

/** Gives the client its kit, where no enumeration finds it. */
export const attachKit = (client: object, context: Context, lifetime: AbortSignal): void => {
  const kit: Kit = {
    bffPath: context.bffPath,
    channel: context.channel,
    now: context.now,
    random: context.random,
    lifetime,
    firstResource: context.resources[0]?.name,
    loginAddress: (options) => loginAddress(context, options),
    sid: () => context.login?.sid,
    call: (phase, target, body, method) =>
      callBff(context, context.era, phase, target, body, method),
    open: async (phase, target, signal) => {
      const { era } = context
      const late = new AbortController()
      // Only until the stream begins; how long it may be silent then is the reader's to say.
      const fail = (): void => late.abort(new AuthError('network_error', phase))
      const timer = setTimeout(fail, requestTimeoutMs)
      const limit = AbortSignal.any([signal, era.controller.signal, late.signal])
      const response = await askBff(context, target, limit).finally(() => clearTimeout(timer))
      if (response.ok) return response
      throw refuse(context, era, phase, await context.readText(response))
    },
    check: () => loadSession(context, 'slide=false').then(() => settleSession(context)),
    fail: (code, phase) =>
      setState(context, { status: 'error', error: new AuthError(code, phase, 'never') }),
    warn: (expiresAt) => warnOfEnd(context, expiresAt),
    emit: (name, detail) => emit(context, name, detail as never),
    tokens: () =>
      Object.values(context.era.tokens).map(({ wanted, granted, leftMs, halfMs }) => ({
        resource: wanted.resource,
        scope: wanted.scope,
        granted,
        leftMs: leftMs(),
        lifeMs: halfMs * 2,
      })),
  }
  Object.defineProperty(client, kitKey, { value: kit })
}

/**
 * The kit of a client.
 *
 * @throws AuthError `invalid_options` when it was not made by this copy of the package
 */
export const kitOf = (client: object): Kit => {
  const { [kitKey]: kit } = client as { [kitKey]?: Kit }
  if (kit) return kit
  const message = 'this is no client of createAuthClient'
  throw new AuthError('invalid_options', 'options', 'never', { message })
}
