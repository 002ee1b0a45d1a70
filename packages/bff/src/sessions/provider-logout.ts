import type { Store } from '@coatcheck/store'
import { defaults } from '../defaults.ts'
import type { LogoutRequest } from '../provider/logout-token.ts'
import { hashSecret } from './hash-secret.ts'
import type { LoginFacts } from './session-record.ts'

/**
 * Logouts at the provider, remembered for a short while: a login that was under way when one
 * arrived had no session yet that could have been ended.
 */
export interface ProviderLogouts {
  /** Resolves to `false` when a token of that id was here before, in any process. */
  spend(request: LogoutRequest): Promise<boolean>
  /** Takes {@link spend} back, so that the provider may send the same token again. */
  restore(request: LogoutRequest): Promise<void>
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
  spend: async (request) => {
    const next = { value: '', expiresAt: request.uselessAt }
    return (await store.put(tokenKey(request), next)) !== undefined
  },
  restore: (request) => store.drop(tokenKey(request)),
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
