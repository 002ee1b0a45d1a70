/** Where a session lives, by the names people know; nothing else of the browser's header is kept. */
export interface SessionDevice {
  readonly browser?: string
  readonly platform?: string
}

type Mark = readonly [name: string, pattern: RegExp]

/** The first that matches counts: most browsers also claim to be the ones they descend from. */
const browsers: readonly Mark[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|Opera|OPiOS|OPX)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Vivaldi', /\bVivaldi\//],
  ['Yandex Browser', /\bYaBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS|Chromium|HeadlessChrome)\//],
  ['Safari', /\bVersion\/[\d.]+.*\bSafari\//],
]

const platforms: readonly Mark[] = [
  ['Android', /\bAndroid\b/],
  ['iPadOS', /\biPad\b/],
  ['iOS', /\b(?:iPhone|iPod)\b/],
  ['Windows', /\bWindows\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMac OS X\b|\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
]

/** Longer headers say nothing more about the name, and patterns need not run over them. */
const maximumLength = 512

const nameIn = (text: string, marks: readonly Mark[]): string | undefined =>
  marks.find(([, pattern]) => pattern.test(text))?.[0]

/** Browser and platform by name, of a fixed list: never a word that the header brought along. */
export const parseDevice = (userAgent: string): SessionDevice => {
  const text = userAgent.slice(0, maximumLength)
  const browser = nameIn(text, browsers)
  const platform = nameIn(text, platforms)
  return {
    ...(browser !== undefined && { browser }),
    ...(platform !== undefined && { platform }),
  }
}
