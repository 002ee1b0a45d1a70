import { PassThrough } from 'node:stream'
import type { SessionEvent } from '@coatcheck/wire'
import type { Context } from 'koa'
import type { BffContext } from '../bff-context.ts'
import { defaults } from '../defaults.ts'
import { isStoreOutage, RequestProblem } from '../errors.ts'
import { describeFailure } from '../log.ts'
import type { LiveSession } from '../sessions/create-sessions.ts'
import { requireSession } from '../sessions/require-session.ts'

/** One event in the form of an event stream (HTML Standard, section 9.2.5). */
const format = ({ event, data }: SessionEvent): string =>
  `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`

const endsAt = ({ record, idleExpiresAt }: LiveSession): number =>
  Math.min(idleExpiresAt, record.login.expiresAt)

/** What a stream has told so far. */
interface Told {
  /** Generation of the token set. */
  readonly generation: number
  /** The limit that was announced as near. */
  readonly expiringAt: number | undefined
}

interface Look {
  readonly events: readonly SessionEvent[]
  /** `undefined` once the session is over. */
  readonly told: Told | undefined
}

/** What is new since the last look, by the record and nothing else. */
const look = async (bff: BffContext, sid: string, told: Told): Promise<Look> => {
  const lookup = await bff.sessions.read(sid)
  if (lookup.kind !== 'live') {
    const data = lookup.kind === 'ended' ? { reason: lookup.reason } : {}
    return { events: [{ event: 'session.ended', data }], told: undefined }
  }
  const { session } = lookup
  const { generation } = session.record.tokens
  const limit = endsAt(session)
  const leftMs = limit - bff.options.now()
  const isExpiring = leftMs <= defaults.expiringSeconds * 1000
  const events: SessionEvent[] = []
  if (generation !== told.generation) events.push({ event: 'session.changed', data: {} })
  if (isExpiring && limit !== told.expiringAt) {
    const expiresInSeconds = Math.max(0, Math.floor(leftMs / 1000))
    events.push({ event: 'session.expiring', data: { expiresInSeconds } })
  }
  return { events, told: { generation, expiringAt: isExpiring ? limit : undefined } }
}

/** One open stream: looks follow one another, however many reasons there are to look. */
const createStream = (bff: BffContext, { record }: LiveSession) => {
  const { sid, tokens } = record
  const body = new PassThrough()
  let told: Told | undefined = { generation: tokens.generation, expiringAt: undefined }
  let isLooking = false
  let isStale = false

  const send = (text: string) => {
    if (!body.writableEnded) body.write(text)
  }

  const lookOnce = async () => {
    if (told === undefined) return
    const seen = await look(bff, sid, told)
    told = seen.told
    seen.events.map(format).forEach(send)
    if (told === undefined) body.end()
  }

  const lookAgain = async (): Promise<void> => {
    isStale = true
    if (isLooking) return
    isLooking = true
    try {
      while (isStale && !body.destroyed) {
        isStale = false
        await lookOnce()
      }
    } catch (failure) {
      // The stream stays: the store's outage says nothing about the session.
      report(bff, failure)
    } finally {
      isLooking = false
    }
  }

  return { body, send, lookAgain }
}

const report = ({ options }: BffContext, failure: unknown): void => {
  const level = isStoreOutage(failure) ? 'warn' : 'error'
  options.log[level](
    { event: 'events.look_failed', failure: describeFailure(failure) },
    'An event stream could not read its session.',
  )
}

/**
 * `GET /events`: tells the pages of one session what happens to it, wherever it happens. Messages
 * of the store and a slow beat are reasons to read the record; only the record is believed. The
 * stream moves no idle limit, and ends with the session.
 */
export const events = async (bff: BffContext, ctx: Context): Promise<void> => {
  const session = await requireSession(bff, ctx)
  const { sid } = session.record
  if (bff.news.followers(sid) >= defaults.eventStreamsPerSession) {
    throw new RequestProblem('rate_limited', { detail: 'Too many event streams are open.' })
  }
  const { body, send, lookAgain } = createStream(bff, session)
  const leave = await bff.news.follow(sid, { hear: () => void lookAgain(), end: () => body.end() })
  const beat = setInterval(() => {
    send(':\n\n')
    void lookAgain()
  }, defaults.heartbeatMs)
  body.once('close', () => {
    clearInterval(beat)
    leave()
  })
  ctx.type = 'text/event-stream'
  // Proxies such as nginx would hold the events back until their buffer is full.
  ctx.set('X-Accel-Buffering', 'no')
  ctx.body = body
  send(':\n\n')
  // It may have ended between the first look and the subscription.
  void lookAgain()
}
