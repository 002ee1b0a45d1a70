import { defaults } from '../defaults.ts'
import type { ResolvedOptions } from '../resolve-options.ts'
import { hashSecret } from './hash-secret.ts'

/** Resolves to `true` for the first use of a state in any process, to `false` ever after. */
export const spendState = async (
  { store, now }: Pick<ResolvedOptions, 'store' | 'now'>,
  state: string,
): Promise<boolean> => {
  const expiresAt = now() + defaults.transactionSeconds * 1000
  return (await store.put(`state:${hashSecret(state)}`, { value: '', expiresAt })) !== undefined
}
