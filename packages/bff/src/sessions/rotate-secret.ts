import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import {
  readSessionCookie,
  replaceSessionCookie,
  type SessionCookie,
} from '../cookies/session-cookie.ts'
import { isStoreOutage } from '../errors.ts'
import { describeFailure } from '../log.ts'
import type { LiveSession } from './create-sessions.ts'
import { hashSecret } from './hash-secret.ts'
import type { SessionSecret } from './session-record.ts'
import { weighSecret } from './weigh-secret.ts'

type Deps = Pick<BffContext, 'options' | 'sessions' | 'secrets' | 'secretSealer'>

/** Where the successor of a session's secret is sealed to. */
export const placeOfChild = (sid: string): string => `${sid} secret`

const send = ({ options }: Deps, ctx: Context, { record }: LiveSession, secret: string): void =>
  replaceSessionCookie(options, ctx, {
    cookie: { sid: record.sid, secret },
    expiresAt: record.login.expiresAt,
  })

const issueChild = async (
  bff: Deps,
  ctx: Context,
  { cookie, session }: { readonly cookie: SessionCookie; readonly session: LiveSession },
): Promise<void> => {
  const { sid } = cookie
  const secret = bff.secrets.issue(sid)
  const child: NonNullable<SessionSecret['child']> = {
    hash: hashSecret(secret),
    sealed: bff.secretSealer.seal(secret, placeOfChild(sid)),
    issuedAt: bff.options.now(),
  }
  const change = await bff.sessions.changeSecret(session, { ...session.record.secret, child })
  if (change.kind === 'stored') return send(bff, ctx, change.session, secret)
  if (change.kind === 'superseded') return offer(bff, ctx, { cookie, session: change.session })
}

const repeatChild = async (bff: Deps, ctx: Context, cookie: SessionCookie): Promise<void> => {
  // Read anew: a session that ended while this request waited must not put its cookie back.
  const lookup = await bff.sessions.read(cookie.sid)
  if (lookup.kind !== 'live') return
  const { session } = lookup
  if (weighSecret(bff, cookie, session.record).kind !== 'repeat-child') return
  // It may stand on a master alone and be lost with it; the browser's would then look replayed.
  if (!(await bff.sessions.confirm(session))) return
  const { sealed = '' } = session.record.secret.child ?? {}
  const secret = bff.secretSealer.open(sealed, placeOfChild(cookie.sid))
  if (secret === undefined) throw new Error('No sealing key opens this session.')
  send(bff, ctx, session, secret)
}

const offer = async (
  bff: Deps,
  ctx: Context,
  { cookie, session }: { readonly cookie: SessionCookie; readonly session: LiveSession },
): Promise<void> => {
  const { kind } = weighSecret(bff, cookie, session.record)
  if (kind === 'issue-child') return issueChild(bff, ctx, { cookie, session })
  if (kind === 'repeat-child') return repeatChild(bff, ctx, cookie)
}

/** Whether there is, or is to be, a successor: only then is the secret at hand worth weighing. */
const isRotating = ({ options }: Deps, { record: { secret } }: LiveSession): boolean =>
  secret.child !== undefined ||
  options.now() - secret.since >= options.session.secretRotationSeconds * 1000

const rotate = async (bff: Deps, ctx: Context, session: LiveSession): Promise<void> => {
  const cookie = readSessionCookie(bff.options, ctx)
  if (cookie === undefined) return
  try {
    await offer(bff, ctx, { cookie, session })
  } catch (failure) {
    if (!isStoreOutage(failure)) throw failure
    // The secret at hand stays good, and what may have been stored is offered again.
    bff.options.log.warn(
      { event: 'session.rotation_postponed', failure: describeFailure(failure) },
      'The store could not take the next secret of a session.',
    )
  }
}

/**
 * Hands a browser whose secret has served its time the next one. To be called last, when the answer
 * is known: the cookie then never outruns a login or an end that came while the request waited.
 */
export const rotateSecret = (
  bff: Deps,
  ctx: Context,
  session: LiveSession,
): Promise<void> | undefined => (isRotating(bff, session) ? rotate(bff, ctx, session) : undefined)
