/** The style sheet of every page; it is part of the page, so no page needs a second request. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fafaf7; --card: #ffffff; --ink: #16181d; --quiet: #5b616e; --line: #e3e3dc;
  --accent: #0f766e; --accent-soft: #0f766e14; --on-accent: #ffffff; --shadow: #16181d14;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101216; --card: #181b21; --ink: #eceef2; --quiet: #a0a7b4; --line: #2b3038;
    --accent: #2dd4bf; --accent-soft: #2dd4bf1c; --on-accent: #06201d; --shadow: #00000066;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; padding: 2rem 1rem;
  display: grid; place-content: center; justify-items: center;
  grid-template-columns: minmax(0, 27rem); gap: 1.25rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
main {
  width: 100%; padding: 2rem; border: 1px solid var(--line); border-radius: 12px;
  background: var(--card); box-shadow: 0 1px 2px var(--shadow), 0 12px 32px -16px var(--shadow);
}
.mark { display: block; width: 40px; height: 38px; margin: 0 0 1.375rem; color: var(--accent); }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
p { margin: 0.5rem 0 0; color: var(--quiet); text-wrap: pretty; overflow-wrap: anywhere; }
p strong { color: var(--ink); font-weight: 600; }
.note {
  margin-top: 1.25rem; padding: 0.75rem 0.875rem; border-radius: 10px;
  background: var(--accent-soft); color: var(--ink);
  font-size: 0.9375rem;
}
form { margin: 1.5rem 0 0; }
.accounts { display: grid; gap: 0.625rem; margin: 0; padding: 0; list-style: none; }
button, .button {
  font: inherit; color: inherit; cursor: pointer; border-radius: 10px;
  border: 1px solid var(--line); background: transparent; transition: border-color 120ms, background-color 120ms;
}
button:hover, .button:hover { border-color: var(--accent); background: var(--accent-soft); }
button:focus-visible, .button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.account {
  width: 100%; min-height: 4rem; padding: 0.75rem 0.875rem; text-align: left;
  display: grid; grid-template-columns: 2.5rem minmax(0, 1fr) auto; gap: 0.875rem; align-items: center;
}
.account[data-suggested] { border-color: var(--accent); background: var(--accent-soft); }
.initial {
  width: 2.5rem; height: 2.5rem; border-radius: 50%; display: grid; place-content: center;
  background: var(--accent-soft); color: var(--accent); font-weight: 650; text-transform: uppercase;
}
.who { display: grid; gap: 0.125rem; line-height: 1.35; overflow-wrap: anywhere; }
.title { font-weight: 600; }
.detail { color: var(--quiet); font-size: 0.875rem; }
.roles { display: flex; flex-wrap: wrap; gap: 0.25rem; }
.who .roles { margin-top: 0.25rem; }
.role {
  padding: 0.0625rem 0.5rem; border-radius: 999px; border: 1px solid var(--line);
  background: var(--card); color: var(--quiet); font-size: 0.8125rem; line-height: 1.35;
}
.quiet, .primary { display: block; width: 100%; min-height: 2.75rem; padding: 0.5rem 1rem; }
.quiet { margin: 0.625rem 0 -0.875rem; border-color: transparent; color: var(--quiet); }
.quiet:hover { color: var(--ink); }
.primary {
  background: var(--accent); border-color: var(--accent); color: var(--on-accent);
  font-weight: 600; text-align: center; text-decoration: none;
}
.primary:hover { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); }
footer { color: var(--quiet); font-size: 0.8125rem; text-align: center; text-wrap: balance; }
code { font: 0.9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (max-width: 26rem) {
  body { padding: 1rem 0.75rem; }
  main { padding: 1.5rem 1.125rem; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none; } }
@media (forced-colors: active) { .account[data-suggested] { border-width: 3px; } }
`
