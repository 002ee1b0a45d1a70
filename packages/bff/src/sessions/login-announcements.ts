import type { BffContext } from '../bff-context.ts'
import type { SessionCookie } from '../cookies/session-cookie.ts'
import { defaults } from '../defaults.ts'
import { hashSecret } from './hash-secret.ts'

type Deps = Pick<BffContext, 'options' | 'transactionSealer'>

/** The session that a browser has, or is about to get, from one of its logins. */
export interface AnnouncedSession {
  readonly sid: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  /** Left out where the browser has it already. */
  readonly cookie?: SessionCookie
}

/** What stands under the state of a login. */
export interface Announcement extends AnnouncedSession {
  /**
   * States, hashed, that the login of this session looks under. Left out in a note: there another
   * login, which was faster, says which session the browser has.
   */
  readonly known?: readonly string[]
}

const keyOf = (state: string) => `login:${hashSecret(state)}`
const placeOf = (state: string) => `login ${state}`

/** A state as an announcement names it. */
export const hashState = (state: string): string => hashSecret(state)

/** Whether the login that wrote it looks under that state as well. */
export const knows = ({ known = [] }: Announcement, state: string): boolean =>
  known.includes(hashState(state))

const open = ({ transactionSealer }: Deps, state: string, value: string) => {
  const text = transactionSealer.open(value, placeOf(state))
  return text === undefined ? undefined : (JSON.parse(text) as Announcement)
}

/**
 * Writes under the state what `decide` makes of what stands there; `undefined` leaves it. Resolves to
 * what stood there.
 */
const write = async (
  bff: Deps,
  state: string,
  decide: (found: Announcement | undefined) => Announcement | undefined,
): Promise<Announcement | undefined> => {
  const { store, now } = bff.options
  const key = keyOf(state)
  for (;;) {
    const entry = await store.get(key)
    const found = entry && open(bff, state, entry.value)
    const announcement = decide(found)
    if (announcement === undefined) return found
    const value = bff.transactionSealer.seal(JSON.stringify(announcement), placeOf(state))
    const next = { value, expiresAt: now() + defaults.transactionSeconds * 1000 }
    const written =
      entry === undefined ? await store.put(key, next) : await store.swap(key, entry.version, next)
    if (written !== undefined) return found
  }
}

/** What stands under a state that this browser brought along. */
export const readAnnouncement = async (
  bff: Deps,
  state: string,
): Promise<Announcement | undefined> => {
  const entry = await bff.options.store.get(keyOf(state))
  return entry && open(bff, state, entry.value)
}

/**
 * Lets the other logins of this browser find a session, under the state of its own. Resolves to the
 * note that one of them has left there before.
 */
export const announce = (
  bff: Deps,
  state: string,
  announcement: Announcement,
): Promise<Announcement | undefined> => write(bff, state, () => announcement)

/**
 * Tells a login that has not made its session yet which one the browser has. Resolves to `false`
 * where it has made its own meanwhile.
 */
export const leaveNote = async (
  bff: Deps,
  state: string,
  { sid, createdAt, cookie }: AnnouncedSession,
): Promise<boolean> => {
  const note = { sid, createdAt, ...(cookie !== undefined && { cookie }) }
  const found = await write(bff, state, (there) =>
    there?.known !== undefined || there?.sid === sid ? undefined : note,
  )
  return found?.known === undefined
}
