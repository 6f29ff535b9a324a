/** The process of one case: `node run-case.ts PROGRAM NUMBER REDIS_PORT`. It sends its parent an `Outcome`. */
import { context, type DiagLogger, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api'
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
import type { Application, Case } from './program.ts'

/** What a case gave: spans by name, and problems by code. */
export interface Outcome {
  readonly right: number
  readonly missing: Readonly<Record<string, number>>
  readonly wrong: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  /** The packages' log lines. */
  readonly lines: readonly string[]
}

/** The attribute that says whose work a span is; no rule of the packages reads it. */
const OWNER = 'test.owner'
const [program, number, redisPort] = process.argv.slice(2)
const { cases } = (await import(`./programs/${program}.ts`)) as { cases: readonly Case[] }
const outcome = await runCase(cases[Number(number)] as Case)
process.send?.(outcome, () => process.exit())

async function runCase(one: Case): Promise<Outcome> {
  const lines: string[] = []
  const log = (...parts: unknown[]) => {
    if (String(parts[0]).includes('otel-sessions')) lines.push(parts.join(' '))
  }
  const logger: DiagLogger = { error: log, warn: log, info: log, debug: log, verbose: log }
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

function judge(
  spans: readonly ReadableSpan[],
  { uncounted = [] }: Case,
): Pick<Outcome, 'right' | 'missing' | 'wrong'> {
  const counts = { right: 0, missing: {} as Record<string, number>, wrong: {} as Record<string, number> }
  for (const span of spans) {
    const verdict = judgeSpan(span, ownerOf(span, spans))
    if (verdict === 'of nobody' || (verdict !== 'wrong' && uncounted.includes(span.name))) continue
    if (verdict === 'right') counts.right++
    else counts[verdict][span.name] = (counts[verdict][span.name] ?? 0) + 1
  }
  return counts
}

/** The owner of a span or of the nearest one above it, also by the path of a request, or the only one in its trace. */
function ownerOf(span: ReadableSpan, spans: readonly ReadableSpan[]): string | undefined {
  const trace = spans.filter((other) => other.spanContext().traceId === span.spanContext().traceId)
  for (let at: ReadableSpan | undefined = span; at !== undefined; ) {
    const owner = at.attributes[OWNER] ?? /^\/(user_\w)$/.exec(String(at.attributes['url.path']))?.[1]
    if (owner !== undefined) return String(owner)
    const parentId: string | undefined = at.parentSpanContext?.spanId
    at = trace.find((other) => other.spanContext().spanId === parentId)
  }
  const owners = new Set(trace.flatMap(({ attributes }) => attributes[OWNER] ?? []))
  return owners.size === 1 ? String([...owners][0]) : undefined
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
