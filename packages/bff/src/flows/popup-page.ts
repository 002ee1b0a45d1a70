import { createHash } from 'node:crypto'
import { channelPrefix, loginErrorParameter, type PopupMessage, routes } from '@coatcheck/wire'

type Member = keyof PopupMessage

/** Named here, so that the text below cannot drift from what the pages of the app expect. */
const members: Readonly<Record<Member, Member>> = { popup: 'popup', code: 'code', sid: 'sid' }

/**
 * Tells every page of the app on the channel they share, and closes the window a moment later: a
 * browser may drop what a closing page has just said. The base path is read off the address, which
 * is the one the pages use; of the outcome nothing but a code word is passed on.
 */
const script = `
const [, code] = /[?&]${loginErrorParameter}=([a-z_]{1,64})(?=&|$)/.exec(location.search) ?? []
const outcome = code ? { ${members.code}: code } : { ${members.sid}: 'popup' }
try {
  const base = location.pathname.slice(0, -${routes.popup.length})
  new BroadcastChannel('${channelPrefix}' + base).postMessage({ ${members.popup}: name, ...outcome })
} finally {
  setTimeout(close, 100)
}
`

const style = `
body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 30rem; padding: 0 1rem }
html { color-scheme: light dark }
`

const hashOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** The same for everybody: nothing of the request is in it. */
export const popupPage: string = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>Login</title>
<style>${style}</style>
</head>
<body>
<p>This window has done its part. You can close it and go back to the app.</p>
<p><a href="/">Go on to the app in this window</a></p>
<script>${script}</script>
</body>
</html>
`

/** Nothing runs or is drawn but the two texts above; nothing is loaded, framed or sent. */
export const popupPolicy: string = [
  "default-src 'none'",
  `script-src ${hashOf(script)}`,
  `style-src ${hashOf(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')
