import { createSqliteStore } from './index.ts'

/** One process of several that make new files in step: `file-maker.fixture.ts PATH COUNT START NAME`. */
const [path = '', count = '0', start = '0', name = ''] = process.argv.slice(2)
const intervalMs = 40

for (let index = 0; index < Number(count); index += 1) {
  // Whatever gives up the processor would come back at a moment of its own.
  while (Date.now() < Number(start) + index * intervalMs);
  const store = createSqliteStore({ path: `${path}.${index}` })
  await store.put(name, { value: 'x', expiresAt: Date.now() + 60_000 })
  // Half of the files stay open, so that some meet the end of a connection and some do not.
  if (index % 2 === 0) await store.close()
}
process.exit()
