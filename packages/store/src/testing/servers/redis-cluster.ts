import { askRedis, askUntil } from './ask.ts'
import { clusterBusOffset } from './free-port.ts'
import { awaitReplica } from './redis-replica.ts'
import { type RedisServer, startRedisServer } from './redis-server.ts'
import { setUpGroup } from './server-group.ts'

/** Options of {@link startRedisCluster}. */
export interface RedisClusterOptions {
  /** Replicas of each master. Default 0. */
  readonly replicas?: 0 | 1
}

/** A cluster of three masters, with or without a replica each. */
export interface RedisCluster {
  readonly masters: readonly RedisServer[]
  /** In the order of the masters they replicate. */
  readonly replicas: readonly RedisServer[]
  readonly dispose: () => Promise<void>
}

const slots = 16_384
const size = 3

/**
 * Nodes give each other up after two seconds of silence, so that failovers take about three; after
 * less they would do so whenever a busy machine lets one of them wait.
 */
const config: readonly string[] = [
  'cluster-enabled yes',
  'cluster-node-timeout 2000',
  'cluster-replica-validity-factor 0',
]

const assignSlots = async (masters: readonly RedisServer[]) => {
  for (const [index, master] of masters.entries()) {
    const first = Math.floor((index * slots) / size)
    const end = Math.floor(((index + 1) * slots) / size)
    const own = Array.from({ length: end - first }, (_, offset) => first + offset)
    await master.ask(`CLUSTER ADDSLOTS ${own.join(' ')}`)
    // Nodes that begin with one and the same epoch settle it among themselves, which takes time.
    await master.ask(`CLUSTER SET-CONFIG-EPOCH ${index + 1}`)
  }
}

const introduce = async (nodes: readonly RedisServer[]) => {
  const [first, ...others] = nodes
  for (const { port } of others) {
    await first?.ask(`CLUSTER MEET 127.0.0.1 ${port} ${port + clusterBusOffset}`)
  }
  for (const node of nodes) {
    await askUntil(
      () => node.ask('CLUSTER INFO'),
      (info) => info.includes(`cluster_known_nodes:${nodes.length}`),
    )
  }
}

const awaitState = async (nodes: readonly RedisServer[]) => {
  for (const { port } of nodes) {
    await askUntil(
      () => askRedis(port, 'CLUSTER INFO'),
      (info) => info.includes('cluster_state:ok'),
    )
  }
}

const replicate = async (master: RedisServer, replica: RedisServer) => {
  const id = await master.ask('CLUSTER MYID')
  await askUntil(
    () => replica.ask(`CLUSTER REPLICATE ${id}`),
    (answer) => answer === 'OK',
  )
  await awaitReplica(master, replica)
}

/** Starts the nodes, joins them and resolves when every slot is served. */
export const startRedisCluster = (options: RedisClusterOptions = {}): Promise<RedisCluster> =>
  setUpGroup(async ({ add, dispose }) => {
    const count = size * (1 + (options.replicas ?? 0))
    const starting = Array.from({ length: count }, () => add(startRedisServer({ config })))
    const nodes = await Promise.all(starting)
    const [masters, replicas] = [nodes.slice(0, size), nodes.slice(size)]
    await assignSlots(masters)
    await introduce(nodes)
    await awaitState(masters)
    await Promise.all(
      replicas.map((replica, index) => replicate(masters[index] as RedisServer, replica)),
    )
    await awaitState(nodes)
    return { masters, replicas, dispose }
  })
