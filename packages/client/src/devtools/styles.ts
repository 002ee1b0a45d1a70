/** Styles of the panel. Nothing is inherited from the page, and nothing reaches it. */
export const styles = `
:host {
  all: initial;
  --paper: #ffffff; --ink: #16202c; --soft: #566273; --line: #d9dfe7; --wash: #f3f6f9;
  --accent: #0b6bcb; --good: #14804a; --warn: #9a5b00; --bad: #c02626;
  position: fixed; z-index: 2147483000; display: block; color-scheme: light dark;
  font: 13px/1.45 system-ui, sans-serif; color: var(--ink);
  max-width: calc(100vw - 16px);
}
@media (prefers-color-scheme: dark) {
  :host {
    --paper: #151b23; --ink: #e8edf3; --soft: #9caaba; --line: #303b48; --wash: #1f2731;
    --accent: #6cb2ff; --good: #4bc98a; --warn: #f0b252; --bad: #ff8585;
  }
}
:host([position^='bottom']) { bottom: 8px; }
:host([position^='top']) { top: 8px; }
:host([position$='right']) { right: 8px; }
:host([position$='left']) { left: 8px; }
:host([position^='bottom']) .all { flex-direction: column-reverse; }
:host([position$='right']) .all { align-items: flex-end; }
* { box-sizing: border-box; margin: 0; padding: 0; }
.all { display: flex; flex-direction: column; align-items: flex-start; gap: 8px; }
button {
  font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line);
  border-radius: 8px; padding: 6px 12px; min-height: 32px; cursor: pointer;
}
button:hover { background: var(--wash); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.toggle {
  display: flex; align-items: center; gap: 8px; border-radius: 999px;
  box-shadow: 0 2px 10px rgb(0 0 0 / 18%);
}
.dot { width: 9px; height: 9px; border-radius: 50%; background: var(--soft); }
[data-tone='good'] .dot { background: var(--good); }
[data-tone='warn'] .dot { background: var(--warn); }
[data-tone='bad'] .dot { background: var(--bad); }
.panel {
  width: 360px; max-width: 100%; max-height: min(560px, calc(100vh - 72px)); overflow-y: auto;
  background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 14px;
  box-shadow: 0 8px 30px rgb(0 0 0 / 22%);
}
.panel[hidden] { display: none; }
h2 { font-size: 11px; font-weight: 600; letter-spacing: 0.06em; text-transform: uppercase; color: var(--soft); margin: 14px 0 6px; }
dl { display: grid; grid-template-columns: 88px minmax(0, 1fr); gap: 4px 12px; }
dt { color: var(--soft); }
dd, li { overflow-wrap: anywhere; }
ul, ol { list-style: none; display: grid; gap: 6px; }
.life { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; }
.life span + span { color: var(--soft); font-variant-numeric: tabular-nums; }
progress {
  grid-column: 1 / -1; appearance: none; width: 100%; height: 6px; border: 0; border-radius: 3px;
  background: var(--line); overflow: hidden; color: var(--accent);
}
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--accent); border-radius: 3px; }
progress::-moz-progress-bar { background: var(--accent); }
ol { gap: 3px; }
ol li { display: grid; grid-template-columns: 62px minmax(0, 1fr); gap: 8px; }
time { color: var(--soft); font-variant-numeric: tabular-nums; }
.detail, .none { color: var(--soft); }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-top: 14px; }
[role='status'] { color: var(--soft); }
`
