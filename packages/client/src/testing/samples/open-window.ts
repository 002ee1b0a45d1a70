import { Window } from 'happy-dom'

/** node:test has no document of its own. */
export const openWindow = (): void => {
  const window = new Window({ url: 'http://localhost:3000/' })
  const { document, location } = window
  const addEventListener = window.addEventListener.bind(window)
  Object.assign(globalThis, { window, document, location, addEventListener })
}
