import { warn } from './settings.ts'

/** Accepted wherever oidc-client-ts takes a store. It keeps nothing, and says so once. */
export class WebStorageStateStore {
  constructor(_options?: object) {
    warn('WebStorageStateStore stores nothing, tokens stay in memory')
  }
  async set(_key: string, _value: string): Promise<void> {}
  async get(_key: string): Promise<null> {
    return null
  }
  async remove(_key: string): Promise<null> {
    return null
  }
  async getAllKeys(): Promise<string[]> {
    return []
  }
}

/** A `Storage` in memory, for what the app itself keeps there. Nothing of ours is put in. */
export class InMemoryWebStorage {
  readonly #data = new Map<string, string>()

  get length(): number {
    return this.#data.size
  }
  clear(): void {
    this.#data.clear()
  }
  getItem(key: string): string | null {
    return this.#data.get(key) ?? null
  }
  setItem(key: string, value: string): void {
    this.#data.set(key, value)
  }
  removeItem(key: string): void {
    this.#data.delete(key)
  }
  key(index: number): string | null {
    return [...this.#data.keys()][index] ?? null
  }
}

/** Levels and setters of oidc-client-ts. Accepted; nothing is logged, so that no log holds a token. */
export const Log: {
  readonly NONE: 0
  readonly ERROR: 1
  readonly WARN: 2
  readonly INFO: 3
  readonly DEBUG: 4
  readonly reset: () => void
  readonly setLevel: (level: number) => void
  readonly setLogger: (logger: object) => void
} = {
  NONE: 0,
  ERROR: 1,
  WARN: 2,
  INFO: 3,
  DEBUG: 4,
  reset: () => {},
  setLevel: () => {},
  setLogger: () => {},
}

/** Version of oidc-client-ts whose interface this is. */
export const Version = '3.5.0' as string
