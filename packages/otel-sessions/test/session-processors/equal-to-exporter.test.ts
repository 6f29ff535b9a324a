import { context, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api'
import {
  BasicTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { type ExportResult, SessionSpanExporter, type ValidationOptions } from '@otel-sessions/exporter'
import { setSpanSession } from '@otel-sessions/processor'
import fc from 'fast-check'
import {
  backfill,
  datadog,
  langfuse,
  openinference,
  type SessionInit,
  SessionSpanProcessor,
  sessionProcessors,
  usingSession,
} from 'otel-sessions'
import { afterEach, expect, test } from 'vitest'
import { runs } from '../../../../test/deep/runs.ts'
import { stopTracing } from '../../../../test/support/tracing.ts'
import { start } from './support.ts'

afterEach(stopTracing)

/** What an application does to its spans, by the order of their starts. */
type Step =
  | {
      do: 'start'
      below: number | undefined
      scope: Session | undefined
      attributes: Record<string, unknown>
    }
  | { do: 'set'; span: number; session: Session }
  | { do: 'write'; span: number; attributes: Record<string, unknown> }
  | { do: 'end'; span: number }
  | { do: 'flush' }
type Session = string | SessionInit | null

const id = fc.constantFrom(
  'user_1_conv_1',
  'user_1_conv_1',
  'user_2_conv_2',
  'a longer one of user 3',
  'schön',
  ' ',
)
const session: fc.Arbitrary<Session> = fc.oneof(
  { arbitrary: id, weight: 4 },
  fc.record({
    sessionId: id,
    userId: fc.constantFrom('user_1', 'user_2'),
    tags: fc.constant(['one', 'two']),
    metadata: fc.constant({ tier: 'gold', turn: 3 }),
  }),
  fc.record({ userId: fc.constantFrom('user_1', 'user_2') }),
  fc.constant(null),
)
const attributes = fc.dictionary(
  fc.constantFrom(
    'session.id',
    'thread_id',
    'gen_ai.conversation.id',
    'langfuse.session.id',
    'user.id',
    'metadata',
    'other',
  ),
  fc.oneof(id, fc.constant('x'.repeat(300)), fc.constant('{"session_id":"user_1_conv_1"}'), fc.constant(7)),
  { maxKeys: 2 },
)
const index = fc.nat({ max: 9 })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      arbitrary: fc.record({
        do: fc.constant('start' as const),
        below: fc.option(index, { nil: undefined, freq: 5 }),
        scope: fc.option(session, { nil: undefined, freq: 1 }),
        attributes,
      }),
      weight: 5,
    },
    { arbitrary: fc.record({ do: fc.constant('end' as const), span: index }), weight: 4 },
    fc.record({ do: fc.constant('set' as const), span: index, session }),
    fc.record({ do: fc.constant('write' as const), span: index, attributes }),
    fc.constant({ do: 'flush' as const }),
  ),
  { maxLength: 30 },
)
const options: fc.Arbitrary<ValidationOptions> = fc.record({
  backends: fc.constantFrom([], [langfuse], [openinference, datadog]),
  backfill: fc.constantFrom(undefined, backfill(), backfill({ maxSpans: 2 })),
  maxLength: fc.constantFrom(undefined, 18),
  onInvalid: fc.constantFrom(undefined, 'drop' as const, (id: string) => `replaced ${id.length}`),
})

function memory() {
  const spans: ReadableSpan[] = []
  return {
    export: (batch: ReadableSpan[], done: (result: ExportResult) => void) => {
      spans.push(...batch)
      done({ code: 0 })
    },
    shutdown: async () => {},
    /** What was exported, by name and not by time; several of the same name if a span came twice. */
    exported: () => spans.map(fieldsOf).sort((one, other) => Number(one.name) - Number(other.name)),
  }
}

/** What is sent of a span, without what differs between two runs of a program. */
const fieldsOf = ({
  name,
  attributes,
  kind,
  status,
  events,
  links,
  droppedAttributesCount,
}: ReadableSpan) => ({
  name,
  attributes: { ...attributes },
  kind,
  status,
  events,
  links,
  droppedAttributesCount,
})

async function run(
  program: readonly Step[],
  spanProcessors: readonly unknown[],
  attributeCountLimit: number,
) {
  const provider = new BasicTracerProvider({
    spanProcessors: spanProcessors as SpanProcessor[],
    spanLimits: { attributeCountLimit },
  })
  const tracer = provider.getTracer('test')
  const spans: Span[] = []
  for (const step of program) {
    if (step.do === 'start') {
      const parent = step.below === undefined ? undefined : spans[step.below % Math.max(1, spans.length)]
      const at = parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent)
      const begin = () =>
        spans.push(tracer.startSpan(String(spans.length), { attributes: step.attributes as never }))
      context.with(at, () => (step.scope === undefined ? begin() : usingSession(step.scope, begin)))
    } else if (step.do === 'flush') await provider.forceFlush()
    else {
      const span = spans[step.span]
      if (step.do === 'end') span?.end()
      else if (step.do === 'set') span !== undefined && setSpanSession(span, step.session)
      else span?.setAttributes(step.attributes as never)
    }
  }
  for (const span of spans.toReversed()) if (span.isRecording()) span.end()
  await provider.forceFlush()
}

test('whatever an application does, a processor in front sends what the exporter sends, and counts the same', async () => {
  start([])
  await fc.assert(
    fc.asyncProperty(steps, options, fc.constantFrom(3, 128), async (program, validation, limit) => {
      const [one, other] = [memory(), memory()]
      const exporter = new SessionSpanExporter<ReadableSpan>(one, validation)
      const ids = { maxLength: validation.maxLength }
      await run(program, [new SessionSpanProcessor(ids), new SimpleSpanProcessor(exporter)], limit)
      const inFront = sessionProcessors([new SimpleSpanProcessor(other)], {
        ...validation,
        backfill: validation.backfill ?? false,
      })
      await run(program, inFront, limit)
      expect(other.exported()).toEqual(one.exported())
      const { failures: _, ...stats } = exporter.stats()
      expect(inFront[1]?.stats()).toEqual({ session: stats, failures: {} })
    }),
    { numRuns: runs(3_000) },
  )
})
