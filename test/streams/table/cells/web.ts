import { lazyWebWords, webWords, wordsInTime } from '../bodies.ts'
import { type Cell, cell, cells, type Each, KEPT, lost } from '../cell.ts'
import { byAwait, byForAwait, byReader, byText } from '../consumers.ts'
import { bodyIsWaiting, work } from '../telemetry.ts'

type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>

const sink = (each: Each) => new WritableStream({ write: () => void each() })

async function byPipeTo(made: ReadableStream<unknown>, each: Each): Promise<void> {
  await bodyIsWaiting()
  await made.pipeTo(sink(each))
}

async function byPipeThrough(made: ReadableStream<unknown>, each: Each): Promise<void> {
  await bodyIsWaiting()
  const own = new TransformStream({ transform: (_, to) => to.enqueue(each()), flush: () => void each() })
  await byReader(made.pipeThrough(own), each)
}

async function byTee(made: ReadableStream<unknown>, each: Each): Promise<void> {
  await bodyIsWaiting()
  await Promise.all(made.tee().map((branch) => byReader(branch, each)))
}

async function byCancel(made: ReadableStream<unknown>, each: Each): Promise<void> {
  const reader = made.getReader()
  await reader.read()
  each()
  await reader.cancel()
}

/** A byte stream, read into buffers of the reader's own. */
function bytes(): Bytes {
  const words = ['one', 'two', 'three']
  const type = 'bytes'
  return new ReadableStream({
    type,
    pull(controller) {
      work('body')
      const word = words.shift()
      if (word !== undefined) return controller.enqueue(new TextEncoder().encode(word))
      controller.close()
      controller.byobRequest?.respond(0)
    },
  })
}

async function byOwnBuffer(made: ReadableStream<unknown>, each: Each): Promise<void> {
  const reader = (made as Bytes).getReader({ mode: 'byob' })
  while (!(await reader.read(new Uint8Array(8))).done) each()
}

/** Its functions work for the session, and its source does. */
function transformed(): ReadableStream<string> {
  const { readable, writable } = new TransformStream<unknown, string>({
    transform(_, to) {
      work('body')
      to.enqueue('one')
    },
    flush(to) {
      work('body')
      to.enqueue('last')
    },
  })
  return lazyWebWords().pipeThrough({ readable, writable: writable as WritableStream<Uint8Array> })
}

const EVERY_WAY = {
  'by its reader': byReader,
  'by for await': byForAwait,
  '`pipeTo`': byPipeTo,
  '`pipeThrough`': byPipeThrough,
  '`tee`': byTee,
  '`cancel`': byCancel,
}

export const WEB: Cell[] = [
  ...cells<ReadableStream<unknown>>('web `ReadableStream`', (bind) => bind(lazyWebWords()), EVERY_WAY, KEPT),
  ...cells<ReadableStream<unknown>>(
    'web `ReadableStream`',
    (bind) => bind(webWords()),
    {
      'sent by a `Response`': (made, each) => byText(made as Bytes, each),
    },
    KEPT,
  ),
  ...cells<ReadableStream<unknown>>(
    'web `ReadableStream` of bytes',
    (bind) => bind(bytes()),
    {
      'by its reader': byReader,
      'into buffers of its own': byOwnBuffer,
      '`pipeTo`': byPipeTo,
      '`tee` into buffers of its own': async (made, each) => {
        await Promise.all(made.tee().map((branch) => byOwnBuffer(branch, each)))
      },
    },
    KEPT,
  ),
  ...cells(
    '`Response`',
    (bind) => bind(new Response(lazyWebWords())),
    {
      '`text()`': (made, each) =>
        byAwait(
          bodyIsWaiting().then(() => made.text()),
          each,
        ),
      '`body.getReader()`': (made, each) => byReader(made.body as Bytes, each),
      '`body.pipeTo()`': (made, each) => byPipeTo(made.body as Bytes, each),
    },
    KEPT,
  ),
  cell({
    shape: 'a copy of a `Response`',
    consumed: '`clone()`',
    make: (bind) => bind(new Response(lazyWebWords())),
    consume: async (made, each) => {
      await bodyIsWaiting()
      await Promise.all([made, made.clone()].map((one) => one.text()))
      each()
    },
    ...KEPT,
    // It reads copies past the methods of their streams. In the context of the first copy, a later user's copy would
    // be read as the first user.
    lostFromNode: 26,
    note: 'On Node 26 it is lost.',
  }),
  cell({
    shape: '`Request`',
    consumed: '`text()`',
    make: (bind) => {
      const init = { method: 'POST', body: lazyWebWords(), duplex: 'half' }
      return bind(new Request('http://model', init))
    },
    consume: async (made, each) => {
      await bodyIsWaiting()
      await made.text()
      each()
    },
    ...KEPT,
  }),
  ...cells(
    'web stream through a `TransformStream` with `flush`',
    (bind) => bind(transformed()),
    { 'by its reader': byReader, 'by for await': byForAwait, '`pipeTo`': byPipeTo },
    KEPT,
  ),
  cell({
    shape: '`TransformStream` that others write to',
    consumed: '`pipeThrough`',
    make: (bind) =>
      bind(
        new TransformStream<string, string>({
          transform: (word, to) => {
            work('body')
            to.enqueue(word)
          },
        }),
      ),
    consume: async (made, each) => {
      const own = new ReadableStream<string>({
        pull(controller) {
          controller.enqueue('one')
          controller.close()
        },
      })
      await bodyIsWaiting()
      await byReader(own.pipeThrough(made), each)
    },
    ...lost('its functions run where it is written to: `bindSession` each of them'),
  }),
  cell({
    shape: 'web stream of an async generator',
    consumed: 'by its reader',
    make: (bind) => bind((ReadableStream as never as From).from(wordsInTime())),
    consume: byReader,
    ...KEPT,
  }),
]

/** What every Node has; the types of the DOM do not know it. */
interface From {
  from(items: AsyncIterable<string>): ReadableStream<string>
}
