import { connect } from 'node:net'

const isWhole = (reply: string): boolean => {
  const end = reply.indexOf('\r\n')
  if (end === -1) return false
  if (!reply.startsWith('$')) return true
  const length = Number(reply.slice(1, end))
  return length < 0 || Buffer.byteLength(reply) >= end + 2 + length + 2
}

const toText = (reply: string): string => {
  const end = reply.indexOf('\r\n')
  return reply.startsWith('$') ? reply.slice(end + 2, -2) : reply.slice(1, end)
}

/** How long a server may take to answer a question of the tests, in milliseconds. */
const patienceMs = 10_000

/**
 * Asks a server one thing over a connection of its own, without a client library. Understands the
 * replies of administration: a status, a number, a text. Rejects on an error reply.
 */
export const askRedis = (port: number, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let reply = ''
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`${command}\r\n`))
    socket.setTimeout(patienceMs, () => socket.destroy(new Error('no answer')))
    socket.setEncoding('utf8')
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed without an answer')))
    socket.on('data', (text) => {
      reply += text
      if (!isWhole(reply)) return
      socket.destroy()
      if (reply.startsWith('-')) reject(new Error(reply.slice(1).trim()))
      else resolve(toText(reply))
    })
  })

/** Asks again, every 20 ms, until the answer will do; at most for `limitMs`. */
export const askUntil = async (
  question: () => Promise<string>,
  willDo: (answer: string) => boolean,
  limitMs = 20_000,
): Promise<void> => {
  const patience = AbortSignal.timeout(limitMs)
  let last = 'nothing'
  while (!patience.aborted) {
    last = await question().catch(String)
    if (willDo(last)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`The server did not get ready; it last said: ${last}`)
}
