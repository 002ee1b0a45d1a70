import type { Store } from '@coatcheck/store'
import { defaults } from '../defaults.ts'
import { isStoreOutage } from '../errors.ts'
import type { LogoutRequest } from '../provider/logout-token.ts'
import { hashSecret } from './hash-secret.ts'
import type { LoginFacts } from './session-record.ts'

/**
 * Logouts at the provider, remembered for a short while: a login that was under way when one
 * arrived had no session yet that could have been ended.
 */
export interface ProviderLogouts {
  /** Whether the logout that a token of that id asks for was done before, in any process. */
  isSpent(request: LogoutRequest): Promise<boolean>
  /**
   * Notes that it is done; to be called only then, so that a token whose logout failed may be sent
   * again. Resolves to `false` when the same token, sent twice at once, was noted already.
   */
  spend(request: LogoutRequest): Promise<boolean>
  /** To be called before the sessions are looked up. */
  remember(request: LogoutRequest): Promise<void>
  /** Whether a login that the provider answered at that time has been logged out since. */
  hasEnded(login: LoginFacts, issuedAt: number): Promise<boolean>
}

export interface ProviderLogoutsOptions {
  readonly store: Store
  readonly now: () => number
}

const hashed = (kind: string, ...parts: readonly string[]) =>
  `${kind}:${hashSecret(JSON.stringify(parts))}`

const tokenKey = ({ issuer, tokenId }: LogoutRequest) => hashed('logout-token', issuer, tokenId)

const sidKey = (issuer: string, providerSid: string) =>
  hashed('provider-logout', issuer, 'sid', providerSid)

const subjectKey = (issuer: string, subject: string) =>
  hashed('provider-logout', issuer, 'sub', subject)

/** A `sid` narrows the logout to one session, whatever `sub` says besides. */
const keyOf = ({ issuer, providerSid, subject = '' }: LogoutRequest) =>
  providerSid === undefined ? subjectKey(issuer, subject) : sidKey(issuer, providerSid)

export const createProviderLogouts = ({ store, now }: ProviderLogoutsOptions): ProviderLogouts => ({
  isSpent: async (request) => (await store.get(tokenKey(request))) !== undefined,
  spend: async (request) => {
    const key = tokenKey(request)
    try {
      return (await store.put(key, { value: '', expiresAt: request.uselessAt })) !== undefined
    } catch (failure) {
      // Where only the answer was lost, the note stands for a logout that is done.
      if (!isStoreOutage(failure) || (await store.get(key)) === undefined) throw failure
      return true
    }
  },
  remember: async (request) => {
    const key = keyOf(request)
    const expiresAt = now() + defaults.providerLogoutSeconds * 1000
    const next = { value: String(request.issuedAt), expiresAt }
    for (;;) {
      const entry = await store.get(key)
      if (entry !== undefined && Number(entry.value) >= request.issuedAt) return
      const written =
        entry === undefined
          ? await store.put(key, next)
          : await store.swap(key, entry.version, next)
      if (written !== undefined) return
    }
  },
  hasEnded: async ({ issuer, subject, providerSid }, issuedAt) => {
    const keys = [
      subjectKey(issuer, subject),
      ...(providerSid === undefined ? [] : [sidKey(issuer, providerSid)]),
    ]
    const entries = await Promise.all(keys.map((key) => store.get(key)))
    return entries.some((entry) => entry !== undefined && issuedAt <= Number(entry.value))
  },
})
