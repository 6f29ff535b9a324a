import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { wordsInTime } from '../bodies.ts'
import { type Cell, cells, type Each, KEPT, LEAKS_UNBOUND, NEEDS_BINDING } from '../cell.ts'
import { byForAwait, byReader } from '../consumers.ts'
import { bodyIsWaiting, work } from '../telemetry.ts'

const ended = (stream: Readable) =>
  new Promise<void>((resolve, reject) => stream.on('end', resolve).on('error', reject))

async function byData(made: Readable, each: Each): Promise<void> {
  await bodyIsWaiting()
  await ended(made.on('data', () => each()))
}

async function byRead(made: Readable, each: Each): Promise<void> {
  await bodyIsWaiting()
  made.on('readable', () => {
    while (made.read() !== null) each()
  })
  await ended(made)
}

const sink = (each: Each) =>
  new Writable({
    objectMode: true,
    write: (_, __, done) => {
      each()
      done()
    },
  })

async function byPipe(made: Readable, each: Each): Promise<void> {
  await bodyIsWaiting()
  const to = made.pipe(sink(each))
  await new Promise((resolve) => to.on('finish', resolve))
}

async function leftEarly(made: Readable, each: Each): Promise<void> {
  await byForAwait(made, () => {
    each()
    return 'stop'
  })
}

const BY_LOOP = { 'by for await': byForAwait, 'left early': leftEarly }

async function byPipeline(made: Readable, each: Each): Promise<void> {
  await bodyIsWaiting()
  await pipeline(made, sink(each))
}

const byWebReader = (made: Readable, each: Each) => byReader(Readable.toWeb(made) as ReadableStream, each)

/** A class with `_read`, as drivers have it. */
function counting(): Readable {
  let left = 4
  return new Readable({
    objectMode: true,
    highWaterMark: 1,
    read() {
      work('body')
      // It answers later, from its own context.
      setImmediate(() => {
        work('body')
        this.push(left-- > 0 ? { left } : null)
      })
    },
    destroy(error, done) {
      work('cleanup')
      done(error)
    },
  })
}

function transformed(): Transform {
  return Readable.from(wordsInTime(), { highWaterMark: 1 }).pipe(transform())
}

function transform(): Transform {
  return new Transform({
    objectMode: true,
    highWaterMark: 1,
    transform(word, _, done) {
      work('body')
      setImmediate(() => {
        work('body')
        done(null, word)
      })
    },
    flush(done) {
      work('body')
      done(null, 'last')
    },
  })
}

const READ_BY_EVENTS = {
  '`data` events': byData,
  '`read()`': byRead,
  '`pipe`': byPipe,
  '`pipeline`': byPipeline,
}
const AS_WEB_STREAM = { 'as a web stream': byWebReader }

const iterated = (bind: Parameters<Cell['make']>[0]) =>
  bind(Readable.from(wordsInTime(), { highWaterMark: 1 }))

/** Only its iterator is bound by usingSession: many functions return a stream that other code writes to, or reads, as well. */
export const NODE: Cell[] = [
  ...cells('Node `Readable.from(generator)`, in a loop', iterated, BY_LOOP, KEPT),
  ...cells(
    'Node `Readable.from(generator)`, otherwise',
    iterated,
    { ...READ_BY_EVENTS, ...AS_WEB_STREAM },
    NEEDS_BINDING,
  ),
  ...cells('Node `Readable` with `_read`, in a loop', (bind) => bind(counting()), BY_LOOP, KEPT),
  ...cells(
    'Node `Readable` with `_read`, otherwise',
    (bind) => bind(counting()),
    { ...READ_BY_EVENTS, ...AS_WEB_STREAM },
    NEEDS_BINDING,
  ),
  ...cells(
    'Node `Transform` with `flush`, that a stream is piped into, in a loop or a web stream',
    (bind) => bind(transformed()),
    { ...BY_LOOP, ...AS_WEB_STREAM },
    KEPT,
  ),
  ...cells(
    'Node `Transform` with `flush`, that a stream is piped into, otherwise',
    (bind) => bind(transformed()),
    READ_BY_EVENTS,
    LEAKS_UNBOUND,
  ),
  ...cells(
    'Node `Transform` with `flush`, that the consumer writes to',
    (bind) => bind(transform()),
    {
      '`write` and `data` events': async (made, each) => {
        await bodyIsWaiting()
        const done = ended(made.on('data', () => each()))
        made.write('one')
        made.end('two')
        await done
      },
      '`pipeline`': async (made, each) => {
        await bodyIsWaiting()
        await pipeline(Readable.from(['one', 'two']), made, sink(each))
      },
    },
    NEEDS_BINDING,
  ),
]
