import type { DenyList } from '../deny-list.ts'
import type { Families } from './families.ts'
import type { RefreshEvent } from './outcomes.ts'
import type { SubjectIndex } from './subject-index.ts'

/** What every operation on refresh tokens works with. */
export interface RefreshContext {
  readonly families: Families
  readonly index: SubjectIndex
  readonly denyList: DenyList | undefined
  readonly onEvent: (event: RefreshEvent) => void
  readonly now: () => number
  readonly randomBytes: (size: number) => Uint8Array
  readonly idleMs: number
  readonly absoluteMs: number
  readonly graceMs: number
}
