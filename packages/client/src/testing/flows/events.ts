import { HttpResponse } from 'msw'
import { safeHeaders } from '../problem.ts'
import type { FakeStream, World } from '../world.ts'
import { requireLive } from './require-live.ts'

/** `GET /events`: open until the session ends, the page goes away or the network does. */
export const events = (world: World): Response => {
  const live = requireLive(world)
  if (live instanceof Response) return live
  const encoder = new TextEncoder()
  let stream: FakeStream | undefined
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const write = (text: string): void => controller.enqueue(encoder.encode(text))
      const added: FakeStream = {
        send: ({ event, data }) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
        close: (how) => {
          world.streams.delete(added)
          if (how === 'end') controller.close()
          else controller.error(new TypeError('The network is gone.'))
        },
      }
      stream = added
      world.streams.add(added)
      write(':\n\n')
    },
    cancel: () => {
      if (stream) world.streams.delete(stream)
    },
  })
  const headers = { ...safeHeaders, 'content-type': 'text/event-stream; charset=utf-8' }
  return new HttpResponse(body, { headers })
}
