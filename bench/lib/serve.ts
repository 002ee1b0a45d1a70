import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answers, answerParent } from './child.ts'

/** Serves in this helper process; tells its port and the processor time it has used, on demand. */
export const serve = (listener: RequestListener, answers: Answers = {}): void => {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    answerParent({
      ...answers,
      port: () => (server.address() as AddressInfo).port,
      cpuMicros: () => {
        const { user, system } = process.cpuUsage()
        return user + system
      },
    })
  })
}
