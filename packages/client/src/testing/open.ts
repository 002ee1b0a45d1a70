import type { World } from './world.ts'

/**
 * A `window.open` that opens nothing: it notes the login and answers a window that can be focused
 * and closed. `login` of the fake session is what the user does in it.
 */
export const createOpen =
  (world: World, loginPath: string): typeof globalThis.open =>
  (address) => {
    const url = new URL(`${address}`, globalThis.location?.href)
    if (url.pathname === loginPath) {
      world.seen.push({ route: 'login', method: 'GET', url, headers: new Headers(), body: '' })
    }
    const popup = {
      closed: false,
      focus: () => {},
      close: () => {
        popup.closed = true
      },
    }
    return popup as unknown as Window
  }
