import { createSqliteStore } from './index.ts'

/** One process of several over one file: `worker.fixture.ts JOB PATH COUNT NAME`. */
const [job, path = '', count = '0', name = ''] = process.argv.slice(2)
const store = createSqliteStore({ path })
const expiresAt = Date.now() + 3_600_000

/** Pipes are written at once: what was said is out even if the next instant is the last. */
const say = (line: string) => process.stdout.write(`${line}\n`)

const increment = async () => {
  for (;;) {
    const entry = await store.get('count')
    const next = { value: String(Number(entry?.value ?? 0) + 1), expiresAt }
    const done = await (entry === undefined
      ? store.put('count', next)
      : store.swap('count', entry.version, next))
    if (done !== undefined) return
  }
}

const jobs: Record<string, () => Promise<unknown>> = {
  count: async () => {
    for (let index = 0; index < Number(count); index += 1) await increment()
    await store.close()
  },
  take: async () => {
    for (let index = 0; index < Number(count); index += 1) {
      await store.put(name, { value: String(index), expiresAt })
      if ((await store.take(name))?.value !== String(index)) throw new Error(`lost ${index}`)
    }
    await store.close()
  },
  write: async () => {
    for (let index = 0; ; index += 1) {
      await store.put(`${name} ${index}`, { value: 'x'.repeat(2_500), expiresAt })
      say(String(index))
    }
  },
  listen: () => store.channel('news').subscribe(() => undefined),
  echo: async () => {
    await store.channel('question').subscribe((message) => {
      store.channel('answer').publish(`${name} heard ${message}`)
    })
    say('listening')
    setTimeout(() => undefined, 60_000)
  },
  publish: async () => {
    for (let index = 0; index < Number(count); index += 1) {
      await store.channel('news').publish(`${name} ${index}`)
    }
    await store.close()
  },
}

await jobs[job ?? '']?.()
