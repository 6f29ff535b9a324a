/** The process of one case: `node run-case.ts PROGRAM NUMBER REDIS_PORT`. It sends its parent an `Outcome`. */
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { SessionSpanProcessor } from '@otel-sessions/processor'
import { problemCounts } from '@otel-sessions/semconv/internal'
import type { Judged, Outcome } from '../workspaces/cases.ts'
import { createLogger, ownerOf, type SpanLike, Tally } from '../workspaces/spans.ts'
import type { Application, Case } from './program.ts'

/** The attribute that says whose work a span is; no rule of the packages reads it. */
const OWNER = 'test.owner'
const [program, number, redisPort] = process.argv.slice(2)
const { cases } = (await import(`./programs/${program}.ts`)) as { cases: readonly Case[] }
const outcome = await runCase(cases[Number(number)] as Case)
process.send?.(outcome, () => process.exit())

async function runCase(one: Case): Promise<Outcome> {
  const { logger, lines } = createLogger(/otel-sessions/)
  diag.setLogger(logger, DiagLogLevel.WARN)
  const collector = new InMemorySpanExporter()
  const exporter = new SessionSpanExporter(collector)
  const provider = new BasicTracerProvider({
    spanProcessors: [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  registerInstrumentations({ instrumentations: [...(one.instrumentations?.() ?? [])] })
  await one.run(createApplication())
  await provider.forceFlush()
  return { ...judge(collector.getFinishedSpans(), one), problems: Object.keys(problemCounts()).sort(), lines }
}

function createApplication(): Application {
  const tracer = trace.getTracer('app')
  return {
    tracer,
    users: ['user_a', 'user_b'],
    session: sessionOf,
    redisPort: Number(redisPort),
    async work(user, name = 'work') {
      const span = tracer.startSpan(name, { attributes: { [OWNER]: user } })
      await new Promise((resolve) => setImmediate(resolve))
      span.end()
    },
  }
}

function sessionOf(user: string) {
  return { sessionId: `${user}_conv`, userId: user }
}

function judge(spans: readonly ReadableSpan[], { uncounted = [] }: Case): Judged {
  const tally = new Tally()
  for (const span of spans) {
    const verdict = judgeSpan(span, ownerOf(span, spans, OWNER, ownerByPath))
    if (verdict === 'of nobody' || (verdict !== 'wrong' && uncounted.includes(span.name))) continue
    tally.add(verdict, span.name)
  }
  return tally
}

/** The owner in the path of a request. */
function ownerByPath({ attributes }: SpanLike): string | undefined {
  return /^\/(user_\w)$/.exec(String(attributes['url.path']))?.[1]
}

function judgeSpan(
  { attributes }: ReadableSpan,
  owner: string | undefined,
): 'right' | 'of nobody' | 'missing' | 'wrong' {
  const wanted = owner === undefined ? undefined : sessionOf(owner)
  const { 'session.id': sessionId, 'user.id': userId } = attributes
  if (sessionId !== undefined && sessionId !== wanted?.sessionId) return 'wrong'
  if (userId !== undefined && userId !== wanted?.userId) return 'wrong'
  if (wanted === undefined) return 'of nobody'
  return sessionId === wanted.sessionId && userId === wanted.userId ? 'right' : 'missing'
}
