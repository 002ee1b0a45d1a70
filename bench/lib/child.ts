import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** What goes between a benchmark and its helper processes: a question by number, and its answer. */
interface Question {
  readonly id: number
  readonly name: string
  readonly content: unknown
}

type Answer =
  | { readonly id: number; readonly content: unknown }
  | { readonly id: number; readonly fault: string }

/** What a helper process can be asked, by name. */
export type Answers = Readonly<Record<string, (content: never) => unknown>>

/** A helper in a process of its own, so that what is measured shares no thread with the rest. */
export interface Child {
  ask<Reply>(name: string, content?: unknown): Promise<Reply>
  /** Ends it at once. */
  end(): Promise<void>
}

const read = (answer: Answer): unknown => {
  if ('fault' in answer) throw new Error(answer.fault)
  return answer.content
}

/** As applications run: what is measured is the built packages, not their sources. */
const execArgv = ['--import', 'tsx']
const environment = { ...process.env, NODE_ENV: 'production' }

const hear = (child: ChildProcess, id: number): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const stop = () => {
      child.off('message', listen)
      child.off('exit', fail)
    }
    const listen = (answer: Answer) => {
      if (answer.id !== id) return
      stop()
      resolve(answer)
    }
    const fail = () => {
      stop()
      reject(new Error('A helper process ended before it answered.'))
    }
    child.on('message', listen)
    child.on('exit', fail)
  })

/** Starts a module that calls {@link answerParent}; resolves when it does. */
export const startChild = async (module: URL, options: unknown = {}): Promise<Child> => {
  const child = fork(module, [JSON.stringify(options)], { env: environment, execArgv })
  await hear(child, 0)
  let last = 0
  return {
    ask: async <Reply>(name: string, content: unknown = null) => {
      last += 1
      const question: Question = { id: last, name, content }
      const answer = hear(child, last)
      child.send(question)
      return read(await answer) as Reply
    },
    end: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** What the parent gave at the start. */
export const optionsOfParent = <Options>(): Options => JSON.parse(process.argv[2] ?? '{}')

/** In the helper: answers the parent from now on, and ends with it. */
export const answerParent = (answers: Answers): void => {
  const say = (answer: Answer) => process.send?.(answer)
  process.on('message', async ({ id, name, content }: Question) => {
    try {
      const answer = answers[name]
      if (answer === undefined) throw new Error(`Nothing answers to ${name}.`)
      say({ id, content: (await answer(content as never)) ?? null })
    } catch (failure) {
      say({ id, fault: String(failure) })
    }
  })
  process.on('disconnect', () => process.exit())
  say({ id: 0, content: null })
}
