/** Text that is safe to put into a page. Only {@link html} and {@link raw} make one. */
export interface Html {
  readonly markup: string
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeText = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')

type Interpolated = string | number | Html | readonly Html[] | undefined | false

const isHtml = (value: string | Html | readonly Html[]): value is Html =>
  typeof value === 'object' && 'markup' in value

const toMarkup = (value: Interpolated): string => {
  if (value === undefined || value === false) return ''
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeText(value)
  return isHtml(value) ? value.markup : value.map(({ markup }) => markup).join('')
}

/** Marks text of our own as markup. Never for anything that came from outside. */
export const raw = (markup: string): Html => ({ markup })

/** A piece of a page: everything interpolated is escaped unless it is {@link Html} already. */
export const html = (strings: TemplateStringsArray, ...values: readonly Interpolated[]): Html =>
  raw(strings.map((string, index) => string + toMarkup(values[index])).join(''))
