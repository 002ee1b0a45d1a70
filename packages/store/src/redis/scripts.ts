import { createHash } from 'node:crypto'
import { expiryLength, headLength } from './record.ts'

/** A script that touches one key and runs alone on the server. */
export interface Script {
  readonly source: string
  /** By which the server knows it once it has seen it. */
  readonly digest: string
}

const createScript = (source: string): Script => ({
  source,
  digest: createHash('sha1').update(source).digest('hex'),
})

/** Reads what stands before the value; an expired record counts as none. ARGV[1] is the time. */
const readHead = `
local now = tonumber(ARGV[1])
local head = redis.call('GETRANGE', KEYS[1], 0, ${headLength - 1})
local version = nil
if head ~= '' and tonumber(string.sub(head, 1, ${expiryLength})) > now then
  version = string.sub(head, ${expiryLength + 1}, ${headLength})
end
`

/** ARGV: time, expiry, instant to forget at, new version, value. No key is ever without a TTL. */
const write = `
if tonumber(ARGV[2]) <= now then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[2] .. ARGV[4] .. ARGV[5], 'PXAT', ARGV[3])
end
return 1
`

/**
 * Writes if there is nothing. A client may send a command twice when its connection is lost before
 * the answer; a record that already has the new version is this very write.
 */
export const putScript: Script = createScript(`${readHead}
if version == ARGV[4] then return 1 end
if version then return 0 end
${write}`)

/** Writes if the version is ARGV[6]; recognises its own earlier attempt, as `putScript` does. */
export const swapScript: Script = createScript(`${readHead}
if version and version == ARGV[4] then return 1 end
if version ~= ARGV[6] then return 0 end
${write}`)

/** Deletes if the version is ARGV[2]. */
export const swapDeleteScript: Script = createScript(`${readHead}
if version ~= ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])
`)

/** ARGV: time, expiry, instant to forget at. Overwrites the expiry where it stands. */
export const touchScript: Script = createScript(`${readHead}
if not version then return 0 end
if tonumber(ARGV[2]) <= now then return redis.call('DEL', KEYS[1]) end
redis.call('SETRANGE', KEYS[1], 0, ARGV[2])
return redis.call('PEXPIREAT', KEYS[1], ARGV[3])
`)

/**
 * ARGV: channel, message. The key holds nothing; it sends every message of one channel to the same
 * node of a cluster, which is what keeps them in order.
 */
export const publishScript: Script = createScript(`return redis.call('PUBLISH', ARGV[1], ARGV[2])`)
