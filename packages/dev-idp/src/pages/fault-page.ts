import { html } from './html.ts'

/** What a proxy in front of a provider answers when it does not reach it. */
export const faultPage = (status: number): string =>
  html`<!doctype html>
<html><head><title>${status}</title></head>
<body><center><h1>${status}</h1></center><hr><center>gateway</center></body></html>
`.markup
