// @vitest-environment node
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client'
import { QueryClient } from '@tanstack/query-core'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import { fetchExchange, Client as UrqlClient } from '@urql/core'
import axios from 'axios'
import { HttpResponse } from 'msw'
import createOpenApiClient from 'openapi-fetch'
import { expect, test } from 'vitest'
import { apiOrigin } from './fake-bff.fixture.ts'
import type { AuthClient } from './index.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

/** What an app of the recipe does, and what it sends and gets by it. */
interface Recipe {
  readonly send: (client: AuthClient) => Promise<unknown>
  /** What the API answers. */
  readonly answer: object
  /** What of it reaches the app. */
  readonly result: unknown
  /** Something that is in the body. */
  readonly body: string
}

const rpc = initTRPC.create()
const appRouter = rpc.router({
  order: rpc.procedure.input((value: unknown) => value as { pizza: number }).mutation(() => 'done'),
})

/** As openapi-typescript writes it. */
interface Paths {
  readonly '/orders': {
    readonly post: {
      readonly requestBody: { readonly content: { readonly 'application/json': { pizza: number } } }
      readonly responses: {
        readonly 200: { readonly content: { readonly 'application/json': { id: number } } }
      }
    }
  }
}

const recipes: Readonly<Record<string, Recipe>> = {
  axios: {
    send: async (client) => {
      const api = axios.create({
        baseURL: apiOrigin,
        adapter: 'fetch',
        env: { fetch: client.fetch },
      })
      const { data } = await api.post('/orders', { pizza: 2 })
      return data
    },
    answer: { id: 7 },
    result: { id: 7 },
    body: '{"pizza":2}',
  },
  'Apollo Client': {
    send: async (client) => {
      const apollo = new ApolloClient({
        link: new HttpLink({ uri: `${apiOrigin}/graphql`, fetch: client.fetch }),
        cache: new InMemoryCache(),
      })
      const { data } = await apollo.mutate({
        mutation: gql`mutation { order(pizza: 2) { id } }`,
        fetchPolicy: 'no-cache',
      })
      return data
    },
    answer: { data: { order: { id: 7, __typename: 'Order' } } },
    result: { order: { id: 7, __typename: 'Order' } },
    body: 'order(pizza: 2)',
  },
  urql: {
    send: async (client) => {
      const urql = new UrqlClient({
        url: `${apiOrigin}/graphql`,
        exchanges: [fetchExchange],
        fetch: client.fetch,
      })
      const { data } = await urql.mutation('mutation { order(pizza: 2) { id } }', {}).toPromise()
      return data
    },
    answer: { data: { order: { id: 7 } } },
    result: { order: { id: 7 } },
    body: 'order(pizza: 2)',
  },
  tRPC: {
    send: (client) => {
      const api = createTRPCClient<typeof appRouter>({
        links: [
          httpBatchLink({
            url: `${apiOrigin}/trpc`,
            // Plain `client.fetch` where TypeScript's `exactOptionalPropertyTypes` is off.
            fetch: (url, init) => client.fetch(url, init as RequestInit),
          }),
        ],
      })
      return api.order.mutate({ pizza: 2 })
    },
    answer: [{ result: { data: 'done' } }],
    result: 'done',
    body: '{"0":{"pizza":2}}',
  },
  'TanStack Query': {
    send: (client) => {
      const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
      return queries.fetchQuery({
        queryKey: ['search', 'pizza'],
        queryFn: async ({ signal }) => {
          const body = new URLSearchParams({ pizza: '2' })
          const answer = await client.fetch(`${apiOrigin}/search`, { method: 'POST', body, signal })
          return answer.json()
        },
      })
    },
    answer: { id: 7 },
    result: { id: 7 },
    body: 'pizza=2',
  },
  'openapi-fetch': {
    send: async (client) => {
      const api = createOpenApiClient<Paths>({ baseUrl: apiOrigin, fetch: client.fetch })
      const { data } = await api.POST('/orders', { body: { pizza: 2 } })
      return data
    },
    answer: { id: 7 },
    result: { id: 7 },
    body: '{"pizza":2}',
  },
}

test.each(Object.entries(recipes))(
  '%s carries the token, and a refused call is renewed and replayed once with its body',
  async (_name, { send, answer, result, body }) => {
    const client = await stage.createReady()
    stage.bff.refused.add(await client.getAccessToken())
    stage.bff.onApi = ({ headers }) => {
      const [, token = ''] = headers.get('authorization')?.split(' ') ?? []
      const isGood = stage.bff.tokens.includes(token) && !stage.bff.refused.has(token)
      return isGood ? HttpResponse.json(answer) : new HttpResponse(null, { status: 401 })
    }
    expect(await send(client)).toEqual(result)
    const { api, token } = stage.bff.seen
    expect(api.map(({ method }) => method)).toEqual(['POST', 'POST'])
    expect(api[0]?.body).toContain(body)
    expect(api[1]?.body).toBe(api[0]?.body)
    expect(api[1]?.headers.get('content-type')).toBe(api[0]?.headers.get('content-type'))
    expect(token).toHaveLength(1)
  },
)

test.each([
  ['axios', (error: Error) => error.cause],
  ['Apollo Client', (error: Error) => error],
  ['tRPC', (error: Error) => error.cause],
  ['TanStack Query', (error: Error) => error],
  ['openapi-fetch', (error: Error) => error],
])(
  'without a session %s rejects with our error, and nothing reaches the API',
  async (name, read) => {
    stage.bff.isLoggedIn = false
    const client = await stage.createReady()
    const error = await recipes[name]?.send(client).catch((reason) => reason)
    expect(read(error as Error)).toMatchObject({
      name: 'AuthError',
      code: 'session_required',
      retry: 'login',
    })
    expect(stage.bff.seen.api).toEqual([])
  },
)

test('without a session urql answers our error as its network error', async () => {
  stage.bff.isLoggedIn = false
  const { fetch } = await stage.createReady()
  const urql = new UrqlClient({
    url: `${apiOrigin}/graphql`,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    fetch,
  })
  const { error } = await urql.query('{ orders { id } }', {}).toPromise()
  expect(error?.networkError).toMatchObject({ name: 'AuthError', code: 'session_required' })
  expect(stage.bff.seen.api).toEqual([])
})
