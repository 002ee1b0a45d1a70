import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What the operators count. Every label has a bounded set of values. */
export interface Metrics {
  countRequest(request: {
    readonly route: string
    readonly method: string
    readonly status: number
    readonly seconds: number
  }): void
  countEvent(event: string, code: string): void
  /** The text format of Prometheus, with its media type. */
  read(): Promise<{ readonly type: string; readonly text: string }>
}

/** What the server knows at the moment it is asked. */
export interface Gauges {
  readonly activeRequests: () => number
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'])

/** A registry of its own: several servers in one process count for themselves. */
export const createMetrics = ({ activeRequests }: Gauges): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Histogram({
    name: 'coatcheck_http_request_duration_seconds',
    help: 'Answers by route, method and status, with the time they took.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2, 10],
    registers,
  })
  const events = new Counter({
    name: 'coatcheck_events_total',
    help: 'Audit and fault events by name and code.',
    labelNames: ['event', 'code'],
    registers,
  })
  new Gauge({
    name: 'coatcheck_http_active_requests',
    help: 'Requests under way.',
    registers,
    collect() {
      this.set(activeRequests())
    },
  })
  return {
    countRequest: ({ route, method, status, seconds }) =>
      requests.observe(
        { route, method: knownMethods.has(method) ? method : 'other', status },
        seconds,
      ),
    countEvent: (event, code) => events.inc({ event, code }),
    read: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  }
}
