import { expect, onTestFinished, test } from 'vitest'
import { canRunRedis } from '../../redis/redis-suite.fixture.ts'
import { findFreePort } from './free-port.ts'
import { startRedisServer, startRedisServerOn } from './redis-server.ts'

if (canRunRedis('Servers of the tests')) {
  test('a server whose port was taken just before it started gets another', async () => {
    const first = await startRedisServer()
    onTestFinished(() => first.dispose())
    const ports = [first.port, first.port, await findFreePort()]
    const second = await startRedisServerOn(async () => ports.shift() ?? 0)
    onTestFinished(() => second.dispose())
    expect(second.port).not.toBe(first.port)
    const servers = await Promise.all([first, second].map(({ ask }) => ask('INFO server')))
    const ids = servers.map((info) => /process_id:\d+/.exec(info)?.[0])
    expect(new Set(ids).size).toBe(2)
  })

  test('a server that never gets a port of its own is an error', async () => {
    const first = await startRedisServer()
    onTestFinished(() => first.dispose())
    const starting = startRedisServerOn(async () => first.port)
    await expect(starting).rejects.toThrow('is the port taken?')
  })
}
