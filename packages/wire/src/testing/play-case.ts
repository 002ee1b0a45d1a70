import { compare } from './matchers.ts'
import type {
  TableAnswer,
  TableCall,
  TableCase,
  TableExpectation,
  TableMemory,
  TableStage,
} from './stage.ts'

const fingerprint = async (token: string): Promise<string> => {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}

const parse = (text: string): Record<string, unknown> | undefined => {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

interface TokenBody {
  readonly access_token?: string
  readonly token?: { readonly access_token?: string }
  readonly session?: { readonly sid?: string }
}

/** On every answer, whoever gives it. */
const everywhere = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

const checkHead = (answer: TableAnswer, expected: TableExpectation): readonly string[] => {
  const mediaType = answer.header('content-type')?.split(';')[0]
  const headers = Object.entries({ ...everywhere, ...expected.headers })
  return [
    ...compare('status', expected.status, answer.status),
    ...(expected.mediaType === undefined ? [] : compare('type', expected.mediaType, mediaType)),
    ...headers.flatMap(([name, value]) => compare(name, value, answer.header(name))),
  ]
}

/** Plays the calls of one case, and remembers what later calls refer to. */
const createPlayer = (stage: TableStage) => {
  let token: string | undefined
  let memory: TableMemory = { sid: '', otherSid: '', fingerprint: '', formerFingerprint: '' }

  const remember = async (body: TokenBody): Promise<string | undefined> => {
    const sid = body.session?.sid ?? memory.sid
    const given = body.access_token ?? body.token?.access_token
    memory = { ...memory, sid }
    if (given !== undefined && given !== token) {
      const { fingerprint: formerFingerprint } = memory
      memory = { ...memory, fingerprint: await fingerprint(given), formerFingerprint }
    }
    return given
  }

  const call = async (sent: TableCall, expected: TableExpectation): Promise<readonly string[]> => {
    const answer = await stage.send(sent)
    const body = parse(answer.text)
    const given = await remember(body ?? {})
    const relation = given === token ? 'same' : 'other'
    const faults = [
      ...checkHead(answer, expected),
      ...(expected.body === undefined ? [] : compare('', expected.body, body)),
      ...(expected.token === undefined ? [] : compare('token', expected.token, relation)),
    ]
    token = given ?? token
    return faults.map((fault) => `${sent.method} ${sent.path}: ${fault}`)
  }

  const addDevice = async () => {
    memory = { ...memory, otherSid: await stage.addDevice() }
  }
  return { call, addDevice, memory: () => memory }
}

/** Plays one case and answers what differs, one line each; nothing when all is as it should be. */
export const playCase = async (
  stage: TableStage,
  { steps }: TableCase,
): Promise<readonly string[]> => {
  const player = createPlayer(stage)
  const faults: string[] = []
  for (const step of steps) {
    if (step === 'log in') await stage.logIn()
    else if (step === 'add a device') await player.addDevice()
    else if ('end' in step) await stage.end(step.end)
    else if ('advance' in step) stage.advance(step.advance)
    else {
      const sent = typeof step.call === 'function' ? step.call(player.memory()) : step.call
      faults.push(...(await player.call(sent, step.answer)))
    }
  }
  return faults
}
