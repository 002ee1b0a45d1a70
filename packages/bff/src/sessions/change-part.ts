import { isDeepStrictEqual } from 'node:util'
import type { LiveSession, PartChange, SessionLookup } from './live-session.ts'
import type { SessionRecord } from './session-record.ts'

/** The parts that change, each under its own generation. */
type Parts = Pick<SessionRecord, 'secret' | 'tokens'>

/** What a change asks of the store. */
export interface PartChangesOptions {
  readonly read: (sid: string) => Promise<SessionLookup>
  /** Resolves to `undefined` when another change came in between. */
  readonly swap: (session: LiveSession, record: SessionRecord) => Promise<LiveSession | undefined>
  /** Writes and changes nothing; resolves to `false` when there is no record any more. */
  readonly confirm: (session: LiveSession) => Promise<boolean>
}

/** Replaces one part of the record unless a newer one or the session's end came first. */
export type ChangePart = <Name extends keyof Parts>(
  session: LiveSession,
  name: Name,
  content: Omit<Parts[Name], 'generation'>,
) => Promise<PartChange>

/** Changes of one part of a record, which may be asked for again when their outcome is unknown. */
export const createPartChanges = ({ read, swap, confirm }: PartChangesOptions): ChangePart => {
  const decide = async <Name extends keyof Parts>(
    { sid }: SessionRecord,
    name: Name,
    part: Parts[Name],
  ): Promise<PartChange | undefined> => {
    // Read just before the swap: a slide moves the expiry without changing the version.
    const lookup = await read(sid)
    if (lookup.kind === 'unknown') return { kind: 'gone', reason: undefined }
    if (lookup.kind === 'ended') return { kind: 'gone', reason: lookup.reason }
    const { session } = lookup
    const current = session.record[name]
    if (isDeepStrictEqual(current, part)) {
      // An earlier attempt went through and its answer was lost. What stands is safe, replicas
      // included, once a later write is.
      return (await confirm(session)) ? { kind: 'stored', session } : undefined
    }
    if (current.generation >= part.generation) return { kind: 'superseded', session }
    const stored = await swap(session, { ...session.record, [name]: part })
    return stored === undefined ? undefined : { kind: 'stored', session: stored }
  }

  return async ({ record }, name, content) => {
    const generation = record[name].generation + 1
    // Who loses a swap reads again and decides anew.
    for (;;) {
      const part = { ...content, generation } as Parts[typeof name]
      const change = await decide(record, name, part)
      if (change !== undefined) return change
    }
  }
}
