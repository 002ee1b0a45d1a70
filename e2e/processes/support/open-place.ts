import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedisServer } from '@coatcheck/store/testing/servers'
import type { StorePlace } from './protocol.ts'

/** A place for what several processes share, removed when it is closed. */
export interface OpenPlace {
  readonly place: StorePlace
  close(): Promise<void>
}

const openFile = async (): Promise<OpenPlace> => {
  const directory = await mkdtemp(join(tmpdir(), 'coatcheck-processes-'))
  return {
    place: { kind: 'sqlite', path: join(directory, 'store.sqlite') },
    close: () => rm(directory, { recursive: true }),
  }
}

const openServer = async (): Promise<OpenPlace> => {
  const { url, dispose } = await startRedisServer()
  return { place: { kind: 'redis', url }, close: dispose }
}

/** A new file, or a Redis server of its own on a free port. */
export const openPlace = (kind: StorePlace['kind']): Promise<OpenPlace> =>
  kind === 'sqlite' ? openFile() : openServer()
