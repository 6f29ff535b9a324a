import { PassThrough, Readable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { SpanStatusCode } from '@opentelemetry/api'
import { startSession } from '@otel-sessions/processor/lifecycle'
import { afterEach, describe, expect, it } from 'vitest'
import { stopTracing } from '../../../../test/support/tracing.ts'
import { startApplication } from './support.ts'

afterEach(stopTracing)

function startOne() {
  const application = startApplication()
  const session = startSession({ id: 'user_1_conv_1' }, { tracerProvider: application.tracerProvider })
  const isOver = () => application.named('turn').length === 1
  return { ...application, session, isOver }
}

type Say = (word: string) => void

function* words(say: Say) {
  for (const word of ['one', 'two']) {
    say(word)
    yield word
  }
}

async function* wordsInTime(say: Say) {
  for (const word of ['one', 'two']) {
    await Promise.resolve()
    say(word)
    yield word
  }
}

function webWords(say: Say, highWaterMark = 0): ReadableStream<string> {
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

const nodeWords = (say: Say) => Readable.from(wordsInTime(say))

async function readAll(stream: AsyncIterable<string> | Iterable<string>) {
  const all: string[] = []
  for await (const word of stream) all.push(word)
  return all
}

async function readOne(stream: AsyncIterable<string> | Iterable<string>) {
  for await (const _ of stream) break
}

const SHAPES: [string, (say: Say) => AsyncIterable<string> | Iterable<string>][] = [
  ['a generator', words],
  ['an async generator', wordsInTime],
  ['an async iterable', iterable],
  ['a web stream', webWords],
  ['a Node stream', nodeWords],
]

describe.each(SHAPES)('the span of a trace that gives %s', (_, make) => {
  it.each(['returned', 'resolved'])(
    'ends when it has been read, and what it does is below it: %s',
    async (how) => {
      const { session, tracer, isOver, one, named } = startOne()
      const say = (word: string) => tracer.startSpan(word).end()
      const made =
        how === 'returned'
          ? session.trace('turn', () => make(say))
          : await session.trace('turn', async () => make(say))
      expect(isOver()).toBe(false)
      expect(await readAll(made)).toEqual(['one', 'two'])
      await closed()
      expect(named('turn')).toHaveLength(1)
      expect(one('two').parentSpanContext?.spanId).toBe(one('turn').spanContext().spanId)
      expect(one('turn').status.code).toBe(SpanStatusCode.UNSET)
    },
  )

  it('ends when it is left', async () => {
    const { session, isOver, one } = startOne()
    await readOne(session.trace('turn', () => make(() => {})))
    await closed()
    expect(isOver()).toBe(true)
    expect(one('turn').status.code).toBe(SpanStatusCode.UNSET)
  })

  it('ends with its error', async () => {
    const { session, one } = startOne()
    const stream = session.trace('turn', () =>
      make(() => {
        throw new Error('broken')
      }),
    )
    await expect(readAll(stream)).rejects.toThrow('broken')
    await closed()
    expect(one('turn').status).toEqual({ code: SpanStatusCode.ERROR, message: 'broken' })
  })
})

describe('the span of a trace that gives a web stream', () => {
  it.each([
    ['is cancelled', (stream: ReadableStream) => stream.cancel()],
    ['is cancelled by its reader', (stream: ReadableStream) => stream.getReader().cancel()],
    ['is piped to its end', (stream: ReadableStream) => stream.pipeTo(new WritableStream())],
    ['is piped through', (stream: ReadableStream) => readAll(stream.pipeThrough(new TransformStream()))],
    ['is teed and read', (stream: ReadableStream) => Promise.all(stream.tee().map((one) => readAll(one)))],
  ])('ends when it %s', async (_, consume) => {
    const { session, isOver } = startOne()
    const stream = session.trace('turn', () => webWords(() => {}))
    expect(isOver()).toBe(false)
    await consume(stream)
    await closed()
    expect(isOver()).toBe(true)
  })

  it('ends when a reader has all that there is, and does not ask for more', async () => {
    const { session, isOver } = startOne()
    const stream = session.trace('turn', () => webWords(() => {}, 3))
    const reader = stream.getReader()
    await reader.read()
    await reader.read()
    await closed()
    expect(isOver()).toBe(true)
  })
})

describe('the span of a trace that gives a Response', () => {
  it.each([
    ['text', (response: Response) => response.text()],
    ['its body', (response: Response) => readAll(response.body?.pipeThrough(new TextDecoderStream()) ?? [])],
    [
      'what is left of it beside a clone',
      (response: Response) => {
        response.clone()
        return response.text()
      },
    ],
    ['a clone alone', (response: Response) => response.clone().text()],
    ['a clone and the rest', (response: Response) => Promise.all([response.clone().text(), response.text()])],
  ])('ends when it was read as %s', async (_, consume) => {
    const { session, isOver } = startOne()
    const response = await session.trace(
      'turn',
      async () => new Response(webWords(() => {}).pipeThrough(new TextEncoderStream())),
    )
    expect(isOver()).toBe(false)
    await consume(response)
    await closed()
    expect(isOver()).toBe(true)
  })
})

describe('the span of a trace', () => {
  it('ends once, whatever is done to a stream afterwards', async () => {
    const { session, named } = startOne()
    const stream = session.trace('turn', () => wordsInTime(() => {}))
    await readAll(stream)
    await stream.return(undefined)
    await expect(stream.throw(new Error('late'))).rejects.toThrow('late')
    expect(named('turn')).toHaveLength(1)
    expect(named('turn')[0]?.status.code).toBe(SpanStatusCode.UNSET)
  })

  it('ends with a generator that catches what is thrown into it only where that is its end', () => {
    const { session, isOver } = startOne()
    function* patient() {
      try {
        yield 1
      } catch {
        yield 2
      }
    }
    const stream = session.trace('turn', () => patient())
    stream.next()
    expect(stream.throw(new Error('in'))).toEqual({ done: false, value: 2 })
    expect(isOver()).toBe(false)
    stream.next()
    expect(isOver()).toBe(true)
  })

  it('goes on with a generator that gives more when it is left', () => {
    const { session, isOver } = startOne()
    function* stubborn() {
      try {
        yield 1
      } finally {
        yield 2
      }
    }
    const stream = session.trace('turn', () => stubborn())
    stream.next()
    expect(stream.return(undefined)).toEqual({ done: false, value: 2 })
    expect(isOver()).toBe(false)
    stream.next()
    expect(isOver()).toBe(true)
  })

  it('ends with an iterator that says nothing when it is left', async () => {
    const { session, isOver } = startOne()
    const iterator = { next: async () => ({ done: false, value: 'one' }), return: async () => ({}) as never }
    await readOne(session.trace('turn', () => ({ [Symbol.asyncIterator]: () => iterator })))
    expect(isOver()).toBe(true)
  })

  it.each([
    ['read by events', (stream: Readable) => stream.resume()],
    ['piped', (stream: Readable) => stream.pipe(new PassThrough()).resume()],
    ['destroyed', (stream: Readable) => stream.destroy()],
  ])('that gives a Node stream ends when it has been %s', async (_, consume) => {
    const { session, isOver } = startOne()
    consume(session.trace('turn', () => nodeWords(() => {})))
    expect(isOver()).toBe(false)
    await closed()
    expect(isOver()).toBe(true)
  })

  it('ends with the error by which a Node stream is destroyed', async () => {
    const { session, one } = startOne()
    const stream = session.trace('turn', () => nodeWords(() => {}))
    stream.on('error', () => {})
    stream.destroy(new Error('broken'))
    await closed()
    expect(one('turn').status.message).toBe('broken')
  })

  it('leaves it to the application to hear of the error of a Node stream', () => {
    const { session } = startOne()
    const stream = session.trace('turn', () => nodeWords(() => {}))
    expect(stream.listenerCount('error')).toBe(0)
    expect(stream.readableFlowing).toBe(null)
  })

  it('ends with the call where a stream is frozen', () => {
    const { session, isOver } = startOne()
    session.trace('turn', () => Object.freeze(words(() => {})))
    expect(isOver()).toBe(true)
  })

  it('that gives a stream which was bound to a session within ends with it, too', async () => {
    const { session, isOver } = startOne()
    await readAll(session.trace('turn', () => session.run(() => wordsInTime(() => {}))))
    expect(isOver()).toBe(true)
  })

  it('ends, too, when such a stream is piped', async () => {
    const { session, isOver } = startOne()
    await session.trace('turn', () => session.run(() => webWords(() => {}))).pipeTo(new WritableStream())
    expect(isOver()).toBe(true)
  })

  it.each(SHAPES)('that gives %s which nobody reads ends when it is collected', async (_, make) => {
    const { session, isOver } = startOne()
    session.trace('turn', () => make(() => {}))
    expect(isOver()).toBe(false)
    await collected(isOver)
    expect(isOver()).toBe(true)
  })
})

/** What follows the last read: a stream closes in turns of its own. */
async function closed(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Collects garbage until something was found to be; a bounded number of times. */
async function collected(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 50 && !isDone(); turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
  }
}
