import type { AuthClient } from '@coatcheck/client'
import { createHttpClient } from '@coatcheck/client/ky'
import type { DemoUser } from '../user.ts'
import { type ApiResult, parseOrders, parseReport } from './results.ts'

/** The three things the page can ask of the API. None of them ever rejects. */
export interface Api {
  readonly callApi: () => Promise<ApiResult>
  readonly callAdminApi: () => Promise<ApiResult>
  readonly breakToken: () => Promise<ApiResult>
}

/** Where the API is, and the client, whose `fetch` knows the token. */
export interface ApiOptions {
  readonly origin: string
  readonly client: AuthClient<DemoUser>
}

/** An ordinary API client: nothing in it knows of tokens. */
export const createApi = ({ origin, client }: ApiOptions): Api => {
  // No retries: the timeline is to show what became of each press, refusals included.
  const http = createHttpClient(client, { prefix: origin, retry: 0, throwHttpErrors: false })
  const ask = async (
    method: string,
    path: string,
    read: (response: Response) => ApiResult | Promise<ApiResult>,
  ): Promise<ApiResult> => {
    try {
      const response = await http(path, { method })
      if (!response.ok) return { kind: 'refused', status: response.status }
      return await read(response)
    } catch (error) {
      return { kind: 'failed', error }
    }
  }
  return {
    callApi: () =>
      ask('GET', 'orders', async (response) => ({
        kind: 'orders',
        orders: parseOrders(await response.json()),
      })),
    callAdminApi: () =>
      ask('GET', 'admin/report', async (response) => ({
        kind: 'report',
        report: parseReport(await response.json()),
      })),
    breakToken: () => ask('POST', 'demo/break-token', () => ({ kind: 'broken' })),
  }
}
