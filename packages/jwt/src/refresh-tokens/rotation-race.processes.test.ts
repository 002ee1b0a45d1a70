import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createSqliteStore } from '@coatcheck/store/sqlite'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { pairOf, verdictOf } from '../testing/refresh/family-harness.ts'
import { createRefreshTokens } from './create-refresh-tokens.ts'

const directory = mkdtempSync(join(tmpdir(), 'coatcheck-refresh-'))
afterAll(() => rmSync(directory, { recursive: true }))

const worker = fileURLToPath(new URL('../testing/refresh/race.worker.ts', import.meta.url))
const packageRoot = fileURLToPath(new URL('../..', import.meta.url))

interface Use {
  readonly kind: string
  readonly token?: string
  readonly access?: string
}

interface Racer {
  readonly child: ChildProcess
  readonly lines: AsyncIterator<string>
}

const startRacer = async (parameters: readonly string[]): Promise<Racer> => {
  const flags = ['--conditions', '@coatcheck/source', '--import', 'tsx', worker]
  const child = spawn(process.execPath, [...flags, ...parameters], {
    cwd: packageRoot,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[
    Symbol.asyncIterator
  ]()
  expect((await lines.next()).value).toBe('"ready"')
  return { child, lines }
}

const finish = async ({ child, lines }: Racer) => {
  const ended = once(child, 'close')
  const said: unknown[] = []
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    said.push(JSON.parse(line.value))
  }
  expect((await ended)[0]).toBe(0)
  return { uses: said.slice(0, -1) as Use[], events: said.at(-1) as string[] }
}

/** Several processes use one token at one moment. */
const race = async (
  path: string,
  token: string,
  { count, clockMs = 0 }: { readonly count: number; readonly clockMs?: number },
) => {
  const parameters = [path, token, String(count), String(clockMs)]
  const racers = await Promise.all([startRacer(parameters), startRacer(parameters)])
  for (const { child } of racers) child.stdin?.write('go\n')
  const results = await Promise.all(racers.map(finish))
  return {
    uses: results.flatMap(({ uses }) => uses),
    events: results.flatMap(({ events }) => events),
  }
}

const tally = (uses: readonly Use[]) => {
  const counts: Record<string, number> = {}
  for (const { kind } of uses) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

test('J73 one token used fifty times over two processes gives one pair; after the grace its family dies', async () => {
  const path = join(directory, 'race.sqlite')
  const store = createSqliteStore({ path })
  onTestFinished(() => store.close())
  const refreshTokens = createRefreshTokens({ store, graceSeconds: 30 })
  const { token } = pairOf(await refreshTokens.issue({ subject: 'user', clientId: 'web' }))

  const first = await race(path, token, { count: 25 })
  expect(tally(first.uses)).toEqual({ rotated: 1, repeated: 49 })
  expect(new Set(first.uses.map((use) => `${use.token} ${use.access}`)).size).toBe(1)
  expect(first.events).toEqual([])

  const successor = first.uses[0]?.token ?? ''
  const next = pairOf(await refreshTokens.rotate({ token: successor, clientId: 'web' }))
  const withinGrace = await race(path, token, { count: 5 })
  expect(tally(withinGrace.uses)).toEqual({ repeated: 10 })
  expect(new Set(withinGrace.uses.map((use) => use.token))).toEqual(new Set([successor]))

  // The clocks of both processes stand behind the grace.
  const afterGrace = await race(path, token, { count: 5, clockMs: 31_000 })
  expect(tally(afterGrace.uses)).toEqual({ reused: 1, revoked: 9 })
  expect(afterGrace.events).toEqual(['family_revoked'])
  const last = await refreshTokens.rotate({ token: next.token, clientId: 'web' })
  expect(verdictOf(last)).toBe('revoked')
})

test('J73 two processes race for each of many successors and never make a second branch', async () => {
  const path = join(directory, 'line.sqlite')
  const stores = [createSqliteStore({ path }), createSqliteStore({ path })]
  onTestFinished(async () => {
    for (const store of stores) await store.close()
  })
  const [one, other] = stores.map((store) => createRefreshTokens({ store })) as [
    ReturnType<typeof createRefreshTokens>,
    ReturnType<typeof createRefreshTokens>,
  ]
  let { token } = pairOf(await one.issue({ subject: 'user', clientId: 'web' }))
  for (let round = 0; round < 20; round += 1) {
    const uses = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? one : other).rotate({ token, clientId: 'web' }),
    )
    const outcomes = await Promise.all(uses)
    expect(outcomes.filter(({ kind }) => kind === 'rotated').length).toBe(1)
    const successors = new Set(outcomes.map((outcome) => pairOf(outcome).token))
    expect(successors.size).toBe(1)
    token = [...successors][0] ?? ''
  }
})
