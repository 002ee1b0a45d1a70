import { DevIdpError } from '../errors.ts'

/** A form as a browser would submit it by one of its buttons. */
export interface Submission {
  readonly action: string
  readonly form: Readonly<Record<string, string>>
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}

const decode = (text: string) =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)

const attributesOf = (tag: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      decode(value),
    ]),
  )

const tagsOf = (page: string, name: string) =>
  (page.match(new RegExp(`<${name}\\b[^>]*>`, 'g')) ?? []).map(attributesOf)

const titleOf = (page: string) => decode(/<title>([^<]*)/.exec(page)?.[1] ?? 'without a title')

/** A page that has no such form or button. */
export const unexpectedPage = (page: string, wanted: string): DevIdpError =>
  new DevIdpError(
    'page_unexpected',
    `The provider shows the page "${titleOf(page)}", which has no ${wanted}.`,
  )

/**
 * The submission of the page's form by the button with this name (and value).
 *
 * @throws DevIdpError `page_unexpected`
 */
export const pressButton = (page: string, name: string, value?: string): Submission => {
  const action = tagsOf(page, 'form')[0]?.action
  const buttons = tagsOf(page, 'button').filter((button) => button.name === name)
  const pressed = buttons.find((button) => value === undefined || button.value === value)
  if (action === undefined || pressed === undefined) {
    const offered = buttons.map((button) => button.value).join(', ')
    throw unexpectedPage(
      page,
      `button ${name} ${value ?? ''}`.trim() + (offered && ` (only ${offered})`),
    )
  }
  const hidden = tagsOf(page, 'input').map(({ name: key = '', value: text = '' }) => [key, text])
  return { action, form: { ...Object.fromEntries(hidden), [name]: pressed.value ?? '' } }
}
