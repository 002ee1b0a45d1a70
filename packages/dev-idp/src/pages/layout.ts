import { createHash } from 'node:crypto'
import { type Html, html, raw } from './html.ts'
import { style } from './style.ts'

const ticket =
  'M9 6h22a4 4 0 0 1 4 4v6.2a4 4 0 0 0 0 7.6V30a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4v-6.2a4 4 0 0 0 0-7.6V10a4 4 0 0 1 4-4Z'

const mark = raw(
  `<svg class="mark" viewBox="4 4.75 32 30.5" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${ticket}" fill="currentColor" fill-opacity=".1"/><path d="M14 11v2m0 4v2m0 4v2m0 4v1"/><path d="m20 20.5 3.2 3.2 6-7"/></svg>`,
)

const icon = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><path d="${ticket}" fill="#0f766e"/></svg>`)}`

const styleHash = createHash('sha256').update(style).digest('base64')

/**
 * For every page. Scripts: none (oidc-provider adds the hash of its own where it needs one, to the
 * directive that is empty here). There is no form-action on purpose: browsers hold the redirects
 * after a form against it, and where the app leads its user after the callback is the app's affair.
 */
export const contentSecurityPolicy: string = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  'img-src data:',
  'script-src',
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A whole page. `title` is what tabs and screen readers announce. */
export const page = (title: string, content: Html): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<link rel="icon" href="${icon}">
<style>${raw(style)}</style>
</head>
<body>
<main>
${mark}
${content}
</main>
<footer>Development provider. It asks for no password and runs on this machine only.</footer>
</body>
</html>
`.markup
