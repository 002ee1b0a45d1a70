/** Shares work in progress and keeps work of one group in line. */
export interface Flights {
  /**
   * Runs `work`, or joins the run of the same group and key that is under way. Runs of one group
   * with different keys wait for one another: a rotating refresh token has one user at a time.
   */
  run<T>(group: string, key: string, work: () => Promise<T>): Promise<T>
  /** Resolves when nothing is under way. */
  settled(): Promise<void>
}

export const createFlights = (): Flights => {
  const inFlight = new Map<string, Promise<unknown>>()
  const lines = new Map<string, Promise<unknown>>()

  const start = <T>(group: string, work: () => Promise<T>): Promise<T> => {
    const before = lines.get(group) ?? Promise.resolve()
    const current = before.then(work, work)
    lines.set(group, current)
    const leave = () => {
      if (lines.get(group) === current) lines.delete(group)
    }
    current.then(leave, leave)
    return current
  }

  return {
    run: <T>(group: string, key: string, work: () => Promise<T>): Promise<T> => {
      const id = JSON.stringify([group, key])
      const shared = inFlight.get(id)
      // A key always names the same kind of work, so the shared run has the caller's type.
      if (shared !== undefined) return shared as Promise<T>
      const current = start(group, work)
      inFlight.set(id, current)
      const land = () => {
        inFlight.delete(id)
      }
      current.then(land, land)
      return current
    },
    settled: async () => {
      while (inFlight.size > 0) await Promise.allSettled(inFlight.values())
    },
  }
}
