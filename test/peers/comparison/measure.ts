import { EventEmitter } from 'node:events'
import { context, type Tracer, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Helper, HelperName } from './helpers.ts'
import { captureLogs } from './logs.ts'

/** Whether spans that should have the session have it: all of them, or not. */
type Fate = 'kept' | 'lost'

/** What an exporter gets for an invalid ID, and whether anything was logged. */
export interface InvalidId {
  readonly exported: 'the ID' | 'no session' | 'the outer session'
  readonly logged: boolean
}

/** What one helper does in situations that applications meet. */
export interface Comparison {
  readonly name: HelperName
  /** An async generator that is made inside and read outside. */
  readonly asyncGenerator: Fate
  /** A job that is queued inside and run by a worker outside; `bound` first, with the helper's own `bind`. */
  readonly job: { readonly alone: Fate; readonly bound: Fate }
  /** A listener that is added inside and called by an `emit` outside. */
  readonly listener: { readonly alone: Fate; readonly bound: Fate }
  /** A span that was active before the session was known, such as the HTTP server's. */
  readonly spanBefore: Fate
  /** The span around two sessions, one after the other, such as that of a batch job. */
  readonly spanAroundTwo: 'no session' | 'the last session'
  readonly invalid: {
    readonly of300Characters: InvalidId
    readonly notAscii: InvalidId
    /** 300 characters, inside another session. */
    readonly insideAnother: InvalidId['exported']
  }
  /** A framework writes its own ID to `session.id` of a span inside. */
  readonly overwritten: {
    readonly own: Fate
    /** The attribute that holds the framework's ID afterwards. */
    readonly frameworkIn: string
  }
  /** A span outside every scope, on which a framework writes a `thread_id`. */
  readonly threadId: Fate
  /** No context manager is registered: nothing works, and the log says so, or not. */
  readonly noContextManager: { readonly session: Fate; readonly logged: boolean }
  /** The attributes of an exported span whose value is the session ID, with commas between them. */
  readonly keys: string
}

const A = 'user_123_conv_456'
const B = 'user_124_conv_789'
const LONG = 'x'.repeat(300)
const NOT_ASCII = 'sitzung_für_jürgen'

/** Runs one helper through every situation. */
export async function compare(helper: Helper): Promise<Comparison> {
  const { inside, bind, key } = helper
  const memory = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({
    spanProcessors: [helper.processor, new SimpleSpanProcessor(helper.validate(memory))],
  })
  const tracer = provider.getTracer('application')

  /** The attributes of the spans that `run` made, by span name. */
  const spansOf = async (run: () => unknown) => {
    memory.reset()
    await run()
    await new Promise((resolve) => setImmediate(resolve))
    return memory.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }))
  }
  const fate = async (run: () => unknown, name?: string): Promise<Fate> => {
    const spans = (await spansOf(run)).filter((span) => name === undefined || span.name === name)
    if (spans.length === 0) throw new Error(`${helper.name}: no span`)
    return spans.every(({ attributes }) => attributes[key] === A) ? 'kept' : 'lost'
  }
  const invalid = async (id: string, outer?: string): Promise<InvalidId> => {
    const logs = captureLogs()
    const work = () => inside(id, () => step(tracer))
    const [span] = await spansOf(() => (outer === undefined ? work() : inside(outer, work)))
    const value = span?.attributes[key]
    const exported = value === undefined ? 'no session' : value === outer ? 'the outer session' : 'the ID'
    return { exported, logged: logs.stop().length > 0 }
  }

  const noContextManager = await withoutContextManager(async () => {
    const logs = captureLogs()
    const session = await fate(() => inside(A, () => step(tracer)))
    return { session, logged: logs.stop().length > 0 }
  })
  const [overwritten] = await spansOf(() =>
    inside(A, () => {
      const span = tracer.startSpan('of a framework')
      span.setAttribute('session.id', 'framework')
      span.end()
    }),
  )
  const [plain] = await spansOf(() => inside(A, () => step(tracer)))

  return {
    name: helper.name,
    asyncGenerator: await fate(async () => {
      for await (const _ of inside(A, () => steps(tracer)));
    }),
    job: {
      alone: await fate(() => runLater(inside(A, () => () => step(tracer)))),
      bound: await fate(() => runLater(inside(A, () => bind(() => step(tracer))))),
    },
    listener: {
      alone: await fate(() => emitOutside((listen) => inside(A, () => listen(() => step(tracer))))),
      bound: await fate(() => emitOutside((listen) => inside(A, () => listen(bind(() => step(tracer)))))),
    },
    spanBefore: await fate(
      () =>
        tracer.startActiveSpan('server', (span) => {
          inside(A, () => step(tracer))
          span.end()
        }),
      'server',
    ),
    spanAroundTwo: await aroundTwo(),
    invalid: {
      of300Characters: await invalid(LONG),
      notAscii: await invalid(NOT_ASCII),
      insideAnother: (await invalid(LONG, B)).exported,
    },
    overwritten: {
      own: overwritten?.attributes[key] === A ? 'kept' : 'lost',
      frameworkIn: keysOf(overwritten?.attributes, 'framework'),
    },
    threadId: await fate(() => {
      const span = tracer.startSpan('of a framework')
      span.setAttribute('metadata', JSON.stringify({ thread_id: A }))
      span.end()
    }),
    noContextManager,
    keys: keysOf(plain?.attributes, A),
  }

  async function aroundTwo(): Promise<Comparison['spanAroundTwo']> {
    const spans = await spansOf(() =>
      tracer.startActiveSpan('batch', (span) => {
        for (const id of [A, B]) inside(id, () => step(tracer))
        span.end()
      }),
    )
    const value = spans.find(({ name }) => name === 'batch')?.attributes[key]
    if (value !== undefined && value !== B) throw new Error(`${helper.name}: the batch has ${value}`)
    return value === undefined ? 'no session' : 'the last session'
  }
}

/** A span with a child, as an application's own work has. */
function step(tracer: Tracer): void {
  tracer.startActiveSpan('step', (span) => {
    tracer.startSpan('look up').end()
    span.end()
  })
}

async function* steps(tracer: Tracer) {
  for (const part of ['first', 'second']) {
    step(tracer)
    yield part
  }
}

/** A worker that was started outside every session. */
function runLater(job: () => void): void {
  context.with(trace.deleteSpan(context.active()), job)
}

function emitOutside(add: (listen: (listener: () => void) => unknown) => unknown): void {
  const connection = new EventEmitter()
  add((listener) => connection.on('message', listener))
  connection.emit('message')
}

function keysOf(attributes: Readonly<Record<string, unknown>> = {}, value: string): string {
  return Object.keys(attributes)
    .filter((each) => attributes[each] === value)
    .sort()
    .join(', ')
}

async function withoutContextManager<T>(run: () => Promise<T>): Promise<T> {
  context.disable()
  try {
    return await run()
  } finally {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  }
}
