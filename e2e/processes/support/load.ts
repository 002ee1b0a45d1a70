import type { FaultSystem, LoggedIn, Question } from './fault-system.ts'
import type { Answer } from './send.ts'

/** What a page makes of an answer: it goes on, it comes back later, or it shows the login. */
export type Verdict = 'good' | 'later' | `bad: ${string}`

export interface Observation {
  readonly group: string
  /** When it was asked and when answered, by `performance.now()`. */
  readonly askedAt: number
  readonly answeredAt: number
  readonly verdict: Verdict
  readonly code: string
}

/** Only these say that somebody should come back. */
const laterCodes = ['store_unavailable', 'refresh_in_progress']

const judge = ({ status, retryAfter, body, setCookies }: Answer): Verdict => {
  const isGood = typeof body.access_token === 'string' || body.authenticated === true
  if (status === 200 && isGood) return 'good'
  const isHonest = laterCodes.includes(String(body.code)) && Number(retryAfter) > 0
  if (status === 503 && isHonest && setCookies.length === 0) return 'later'
  return `bad: ${status} ${JSON.stringify(body)}`
}

export interface Asking {
  readonly group?: string
  /** Which of the two; any number will do. */
  readonly bff?: number
  readonly question?: Question
}

/** Asks once and judges. */
const observe = async (
  system: FaultSystem,
  session: LoggedIn,
  { group = '', bff = 0, question = 'token' }: Asking = {},
): Promise<Observation> => {
  const askedAt = performance.now()
  const answer = await system.ask(session, bff, question)
  const code = String(answer.body.code ?? answer.status)
  return { group, askedAt, answeredAt: performance.now(), verdict: judge(answer), code }
}

export interface Load {
  /** Ends it; resolves when the last question is answered. */
  stop(): Promise<readonly Observation[]>
}

const pauseMs = 200

/** Five questions a second about each group's sessions in turn, at both BFFs and of both kinds. */
export const startLoad = (
  system: FaultSystem,
  groups: Readonly<Record<string, readonly LoggedIn[]>>,
): Load => {
  const asked: Promise<Observation>[] = []
  let round = 0
  const timer = setInterval(() => {
    for (const [group, sessions] of Object.entries(groups)) {
      const session = sessions[round % sessions.length]
      if (session === undefined) continue
      const question = round % 4 < 2 ? 'token' : 'session'
      asked.push(observe(system, session, { group, bff: round, question }))
    }
    round += 1
  }, pauseMs)
  return {
    stop: () => {
      clearInterval(timer)
      return Promise.all(asked)
    },
  }
}

/** The answers nobody should ever get. */
export const badOnes = (observations: readonly Observation[]): readonly string[] =>
  observations.map(({ verdict }) => verdict).filter((verdict) => verdict.startsWith('bad'))

/** Asks for every session's token, again while told to come back later; at most for `limitMs`. */
export const renewAll = async (
  system: FaultSystem,
  sessions: readonly LoggedIn[],
  limitMs = 20_000,
): Promise<readonly Observation[]> => {
  const giveUpAt = performance.now() + limitMs
  const renew = async (session: LoggedIn, index: number) => {
    for (;;) {
      const seen = await observe(system, session, { bff: index })
      if (seen.verdict !== 'later' || performance.now() > giveUpAt) return seen
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  return Promise.all(sessions.map(renew))
}

/**
 * Starts renewals and resolves when the provider is at work on all of them: it will have rotated
 * their refresh tokens while nothing is stored yet.
 */
export const catchInFlight = async (
  system: FaultSystem,
  sessions: readonly LoggedIn[],
): Promise<readonly Promise<Observation>[]> => {
  const { counts, faults, resetCounts } = system.idp
  resetCounts()
  faults.set({ kind: 'delay', ms: 800, grantType: 'refresh_token' })
  const answers = sessions.map((session, bff) => observe(system, session, { bff }))
  while (counts()['token:refresh_token'] < sessions.length) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  faults.clear()
  return answers
}

/** How many observations have each verdict. */
export const tally = (observations: readonly Observation[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { verdict } of observations) counts[verdict] = (counts[verdict] ?? 0) + 1
  return counts
}
