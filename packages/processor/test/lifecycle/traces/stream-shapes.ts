import { Readable } from 'node:stream'
import { startSession } from '@otel-sessions/processor/lifecycle'
import { startApplication } from '../support.ts'

export function startOne() {
  const application = startApplication()
  const session = startSession({ sessionId: 'user_1_conv_1' }, { tracerProvider: application.tracerProvider })
  const isOver = () => application.named('turn').length === 1
  return { ...application, session, isOver }
}

export type OnWord = (word: string) => void

export function* words(onWord: OnWord) {
  for (const word of ['one', 'two']) {
    onWord(word)
    yield word
  }
}

export async function* wordsInTime(onWord: OnWord) {
  for (const word of ['one', 'two']) {
    await Promise.resolve()
    onWord(word)
    yield word
  }
}

export function webWords(onWord: OnWord, highWaterMark = 0): ReadableStream<string> {
  const left = ['one', 'two']
  return new ReadableStream(
    {
      async pull(controller) {
        const word = left.shift()
        if (word === undefined) return controller.close()
        onWord(word)
        controller.enqueue(word)
      },
    },
    { highWaterMark },
  )
}

/** Like the stream of the OpenAI SDK, whose iterator is made when it is opened. */
const iterable = (onWord: OnWord) => ({ [Symbol.asyncIterator]: () => wordsInTime(onWord) })

export const nodeWords = (onWord: OnWord) => Readable.from(wordsInTime(onWord))

export async function readAll(stream: AsyncIterable<string> | Iterable<string>) {
  const all: string[] = []
  for await (const word of stream) all.push(word)
  return all
}

export async function readOne(stream: AsyncIterable<string> | Iterable<string>) {
  for await (const _ of stream) break
}

export const SHAPES: [string, (onWord: OnWord) => AsyncIterable<string> | Iterable<string>][] = [
  ['a generator', words],
  ['an async generator', wordsInTime],
  ['an async iterable', iterable],
  ['a web stream', webWords],
  ['a Node stream', nodeWords],
]

/** Waits until a stream that was read has closed. */
export async function closed(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}
