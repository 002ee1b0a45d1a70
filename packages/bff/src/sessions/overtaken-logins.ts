import { defaults } from '../defaults.ts'
import type { ResolvedOptions } from '../resolve-options.ts'
import { hashSecret } from './hash-secret.ts'
import type { Owner } from './session-index.ts'

const keyOf = ({ issuer, subject }: Owner) =>
  `overtaken:${hashSecret(JSON.stringify([issuer, subject]))}`

/**
 * Notes that all sessions of a user end now; to be called before they are looked up. A login under
 * way has no session yet that could be found, and asks {@link isLoginOvertaken} once it has.
 */
export const overtakeLogins = async (
  { store, now }: Pick<ResolvedOptions, 'store' | 'now'>,
  owner: Owner,
): Promise<void> => {
  const key = keyOf(owner)
  const at = now()
  // No login that began before can be finished later.
  const next = { value: String(at), expiresAt: at + defaults.transactionSeconds * 1000 }
  for (;;) {
    const entry = await store.get(key)
    if (entry !== undefined && Number(entry.value) >= at) return
    const written =
      entry === undefined ? await store.put(key, next) : await store.swap(key, entry.version, next)
    if (written !== undefined) return
  }
}

/** Whether all sessions of that user were ended since the login began. */
export const isLoginOvertaken = async (
  { store }: Pick<ResolvedOptions, 'store'>,
  owner: Owner,
  startedAt: number,
): Promise<boolean> => {
  const entry = await store.get(keyOf(owner))
  return entry !== undefined && startedAt <= Number(entry.value)
}
