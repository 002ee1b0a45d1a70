import { HttpResponse, http } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach } from 'vitest'
import { type FakeSession, setUpFakeSession } from '../index.ts'

const setUp = await setUpFakeSession(
  setupServer,
  { afterEach, afterAll },
  {
    resources: { api: { origin: 'https://api.example' } },
    handlers: [http.get('https://api.example/orders', () => HttpResponse.json(['one']))],
  },
)

export const session: FakeSession = setUp.session
