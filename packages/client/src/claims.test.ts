// @vitest-environment node
import { HttpResponse } from 'msw'
import { expect, expectTypeOf, test } from 'vitest'
import { apiOrigin } from './fake-bff.fixture.ts'
import { type ClaimsSchema, createAuthClient } from './index.ts'
import { setStage } from './stage.fixture.ts'

const stage = setStage()

interface Person {
  readonly id: string
  readonly nickname: string
}

/** What a schema library would make: it refuses users without a name, and renames what it takes. */
const person: ClaimsSchema<Person> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => {
      const { sub, name } = value as Record<string, string>
      return sub && name
        ? { value: { id: sub, nickname: name } }
        : { issues: [{ message: `bad ${sub}`, path: [{ key: 'name' }] }] }
    },
  },
}

const createWith = <Claims extends object>(claims: ClaimsSchema<Claims>) =>
  createAuthClient({
    resources: { orders: { origin: apiOrigin } },
    claims,
    ...stage.page.clocks,
  })

const create = () => createWith(person)

/** A schema of the test's own making. */
const schemaOf = <Claims extends object>(
  validate: (value: { readonly name?: string }) => Claims | Promise<Claims>,
): ClaimsSchema<Claims> => ({
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: async (value) => ({ value: await validate(value as object) }),
  },
})

test('a schema types the user and what it answers is the user', async () => {
  const client = create()
  const state = await client.ready()
  if (state.status !== 'authenticated') throw new Error(state.status)
  expectTypeOf(state.user).toEqualTypeOf<Person>()
  expect(state.user).toEqual({ id: 'alice', nickname: 'Alice' })
  client.dispose()
})

test('claims the schema refuses end in the state error, which names them and quotes nothing', async () => {
  stage.bff.user = { sub: 'mallory' }
  const client = create()
  const state = await client.ready()
  expect(state).toMatchObject({
    status: 'error',
    error: { code: 'claims_invalid', retry: 'never', message: 'claims: the schema refused name' },
  })
  client.dispose()
})

test('C12 another user whose claims are refused leaves nothing of the former one', async () => {
  const client = create()
  await client.ready()
  stage.bff.user = { sub: 'mallory' }
  stage.bff.sid = 'sid-2'
  expect(await client.refreshSession()).toMatchObject({ status: 'error' })
  await expect(client.fetch(`${apiOrigin}/orders`)).rejects.toMatchObject({
    code: 'claims_invalid',
  })
  expect(stage.bff.seen.api).toHaveLength(0)
  stage.bff.user = { sub: 'mallory', name: 'M' }
  expect(await client.refreshSession()).toMatchObject({ user: { nickname: 'M' } })
  client.dispose()
})

test('C11 claims that are still being read at a logout revive nothing', async () => {
  const client = create()
  await client.ready()
  stage.bff.onSession = () => {
    queueMicrotask(() => client.logout().catch(() => {}))
    return HttpResponse.json(stage.bff.sessionAnswer('orders'))
  }
  await client.refreshSession()
  await stage.page.idle()
  expect(client.getState()).toMatchObject({ status: 'unauthenticated' })
  client.dispose()
})

test('C12 a schema that throws at another user leaves nothing of the former one, nor of what it says', async () => {
  const client = createWith(
    schemaOf(({ name }) => {
      if (!name) throw new TypeError('bad mallory')
      return { name }
    }),
  )
  await client.ready()
  Object.assign(stage.bff, { user: { sub: 'mallory' }, sid: 'sid-2' })
  const state = await client.refreshSession()
  expect(state).toMatchObject({ status: 'error', error: { code: 'claims_invalid' } })
  expect(JSON.stringify(state) + String((state as { error?: Error }).error)).not.toContain('bad')
  await expect(client.fetch(`${apiOrigin}/orders`)).rejects.toMatchObject({
    code: 'claims_invalid',
  })
  expect(stage.bff.seen.api).toHaveLength(0)
  client.dispose()
})

test('what a schema makes of the claims may be nothing JSON can write or tell apart', async () => {
  const client = createWith(schemaOf(({ name = '' }) => ({ names: new Set([name]), id: 5n })))
  const first = await client.ready()
  expect(first).toMatchObject({ user: { names: new Set(['Alice']), id: 5n } })
  expect(await client.refreshSession()).toBe(first)
  stage.bff.user = { sub: 'alice', name: 'Alicia' }
  expect(await client.refreshSession()).toMatchObject({ user: { names: new Set(['Alicia']) } })
  client.dispose()
})

test('a schema that never answers holds nobody when the client is disposed of', async () => {
  const client = createWith(schemaOf(() => new Promise<object>(() => {})))
  const ready = client.ready()
  const token = client.getAccessToken().catch((error) => error)
  await stage.page.idle()
  client.dispose()
  expect(await ready).toEqual({ status: 'loading' })
  expect(await token).toMatchObject({ code: 'disposed' })
})
