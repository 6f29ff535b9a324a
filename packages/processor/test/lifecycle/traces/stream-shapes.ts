import { Readable } from 'node:stream'
import { startSession } from '@otel-sessions/processor/lifecycle'
import { startApplication } from '../support.ts'

export function startOne() {
  const application = startApplication()
  const session = startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider: application.tracerProvider })
  const isOver = () => application.named('turn').length === 1
  return { ...application, session, isOver }
}

export type Say = (word: string) => void

export function* words(say: Say) {
  for (const word of ['one', 'two']) {
    say(word)
    yield word
  }
}

export async function* wordsInTime(say: Say) {
  for (const word of ['one', 'two']) {
    await Promise.resolve()
    say(word)
    yield word
  }
}

export function webWords(say: Say, highWaterMark = 0): ReadableStream<string> {
  const left = ['one', 'two']
  return new ReadableStream(
    {
      async pull(controller) {
        const word = left.shift()
        if (word === undefined) return controller.close()
        say(word)
        controller.enqueue(word)
      },
    },
    { highWaterMark },
  )
}

/** Like the OpenAI SDK's: what is iterated is made when it is opened. */
const iterable = (say: Say) => ({ [Symbol.asyncIterator]: () => wordsInTime(say) })

export const nodeWords = (say: Say) => Readable.from(wordsInTime(say))

export async function readAll(stream: AsyncIterable<string> | Iterable<string>) {
  const all: string[] = []
  for await (const word of stream) all.push(word)
  return all
}

export async function readOne(stream: AsyncIterable<string> | Iterable<string>) {
  for await (const _ of stream) break
}

export const SHAPES: [string, (say: Say) => AsyncIterable<string> | Iterable<string>][] = [
  ['a generator', words],
  ['an async generator', wordsInTime],
  ['an async iterable', iterable],
  ['a web stream', webWords],
  ['a Node stream', nodeWords],
]

/** What follows the last read: a stream closes in turns of its own. */
export async function closed(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
