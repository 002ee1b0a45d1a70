import { maximumEventLength } from './defaults.ts'

/** Told of every event by its name after `session.`, and the number in its data, where there is one. */
export type OnEvent = (name: string, seconds: number) => void

/**
 * Reads an event stream piece by piece (HTML Standard, section 9.2.6). Comments are passed over, and
 * so is what stands before the name; of what does not end only the last part is kept.
 */
export const createEventReader = (onEvent: OnEvent): ((text: string) => void) => {
  let rest = ''
  return (text) => {
    rest = (rest + text)
      .slice(-maximumEventLength)
      .replace(
        /^event: ?session\.(.+)\r?\n(?:[^\d\r\n]+(\d*).*\r?\n)*\r?\n/gm,
        (_event, name, seconds) => {
          onEvent(name, +seconds)
          return ''
        },
      )
  }
}
