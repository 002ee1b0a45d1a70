import { isLoopback } from '../is-loopback.ts'

/** Whether an address to listen on stays on this machine. */
export const isLoopbackHost = (host: string): boolean =>
  host === '::1' || isLoopback(host.toLowerCase())
