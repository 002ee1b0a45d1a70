/** Holds whoever arrives until it is opened, so that a test decides what overtakes what. */
export interface Gate {
  /** Resolves when someone waits at the gate. */
  readonly reached: Promise<void>
  /** Waits for the gate to open. */
  pass(): Promise<void>
  open(): void
}

export const createGate = (): Gate => {
  let reach = () => {}
  let open = () => {}
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return {
    reached,
    pass: () => {
      reach()
      return opened
    },
    open: () => open(),
  }
}
