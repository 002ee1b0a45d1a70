import type { UserClaims } from '@coatcheck/wire'
import type { AuthClient } from '../create-auth-client.ts'
import { createDiagnosis } from '../diagnose/index.ts'
import { kitOf } from '../kit.ts'
import { countTabs } from './count-tabs.ts'
import { createView, make, type Shown, summarize } from './create-view.ts'
import { countTabsMs, tickMs } from './defaults.ts'
import { styles } from './styles.ts'

/** The clock and the chance a panel runs on. */
export interface PanelOptions {
  readonly now: () => number
  readonly random: () => number
}

const createButton = (label: string, act: () => void): HTMLButtonElement => {
  const button = make('button', { type: 'button' }, label)
  button.addEventListener('click', act)
  return button
}

/** The parts that stay; only `view` is written again. */
const createFrame = (root: ShadowRoot) => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(styles)
  root.adoptedStyleSheets = [sheet]
  const label = make('span')
  const toggle = make(
    'button',
    { type: 'button', class: 'toggle', 'aria-expanded': 'false', 'aria-controls': 'panel' },
    make('span', { class: 'dot', 'aria-hidden': 'true' }),
    label,
  )
  const view = make('div')
  const said = make('span', { role: 'status' })
  const actions = make('div', { class: 'actions' })
  const panel = make(
    'section',
    { id: 'panel', class: 'panel', 'aria-label': 'Coatcheck', tabindex: '0', hidden: '' },
    view,
    actions,
  )
  root.replaceChildren(make('div', { class: 'all' }, toggle, panel))
  return { label, toggle, view, said, actions, panel }
}

type Frame = ReturnType<typeof createFrame>

const watchToggle = ({ toggle, panel }: Frame, render: () => void): void => {
  const show = (isOpen: boolean): void => {
    panel.hidden = !isOpen
    toggle.setAttribute('aria-expanded', `${isOpen}`)
    render()
  }
  toggle.addEventListener('click', () => show(panel.hidden === true))
  toggle.parentElement?.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || panel.hidden) return
    show(false)
    toggle.focus()
  })
}

/** What is shown, and how it is found out. */
const createSource = <Claims extends object = UserClaims>(
  client: AuthClient<Claims>,
  { now, random }: PanelOptions,
  onChange: () => void,
) => {
  const recorder = createDiagnosis(client, { now })
  const tabs = countTabs(`coatcheck:devtools:${kitOf(client).bffPath}`, `${random()}`, onChange)
  recorder.subscribe(onChange)
  let sessionLifeMs = 0
  const read = (): Shown => {
    const report = recorder.report()
    // A page learns what is left of a session, never how long it was meant to be.
    const { sessionLeftMs = 0 } = report
    sessionLifeMs = sessionLeftMs ? Math.max(sessionLifeMs, sessionLeftMs) : 0
    return { report, sessionLifeMs, tabs: tabs.count() }
  }
  const stop = (): void => {
    recorder.stop()
    tabs.stop()
  }
  return { read, stop, ask: tabs.ask }
}

/** Fills a shadow root with the panel of a client. The result takes it apart again. */
export const createPanel = <Claims extends object = UserClaims>(
  root: ShadowRoot,
  client: AuthClient<Claims>,
  options: PanelOptions,
): (() => void) => {
  const frame = createFrame(root)
  const { label, toggle, view, said, actions, panel } = frame
  const render = (): void => {
    const shown = source.read()
    const { text, tone } = summarize(shown.report)
    label.textContent = `Coatcheck · ${text}`
    toggle.dataset.tone = tone
    if (!panel.hidden) view.replaceChildren(...createView(shown))
  }
  const source = createSource(client, options, () => render())
  const copy = async (): Promise<void> => {
    const { report, tabs } = source.read()
    try {
      await navigator.clipboard.writeText(JSON.stringify({ ...report, tabs }, undefined, 2))
      said.textContent = 'Copied.'
    } catch {
      said.textContent = 'The browser does not allow copying here.'
    }
  }
  const refresh = async (): Promise<void> => {
    await client.refreshSession()
    said.textContent = 'Asked again.'
  }
  actions.append(createButton('Copy report', copy), createButton('Refresh session', refresh), said)
  watchToggle(frame, render)
  const ticks = setInterval(render, tickMs)
  const counts = setInterval(source.ask, countTabsMs)
  render()
  return () => {
    clearInterval(ticks)
    clearInterval(counts)
    source.stop()
    root.replaceChildren()
  }
}
