// Writes the API reference of every published package and subpath to docs/api: `pnpm api`.
// Fails when a name that is exported says nothing about itself, or a link in its words is broken.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeApi } from './lib/api.mjs'
import { root } from './lib/run.mjs'

const out = join(root, 'docs/api')
await rm(out, { recursive: true, force: true })
try {
  console.log(`docs/api: ${await writeApi(out)}`)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
