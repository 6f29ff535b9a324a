/** The process of one case: `node run-case.ts PROGRAM NUMBER`. It sends its parent an `Outcome`. */
import { type Attributes, context, DiagLogLevel, diag, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { backfill } from '@otel-sessions/exporter/backfill'
import { processStats, SessionSpanProcessor } from '@otel-sessions/processor'
import type { Judged, Outcome } from '../workspaces/cases.ts'
import { createLogger, ownerOf, Tally } from '../workspaces/spans.ts'
import { type Case, type Field, type ForeignSpan, NOBODY, OWNER, type UserSession } from './program.ts'

const [program, number] = process.argv.slice(2)
const { cases } = (await import(`./programs/${program}.ts`)) as { cases: readonly Case[] }
const outcome = await runCase(cases[Number(number)] as Case)
// Pools and servers of a case may keep the process alive.
process.send?.(outcome, () => process.exit())

async function runCase(one: Case): Promise<Outcome> {
  const { logger, lines } = createLogger(/^@otel-sessions/)
  diag.setLogger(logger, DiagLogLevel.WARN)
  const collector = new InMemorySpanExporter()
  const exporter = new SessionSpanExporter(collector, one.backfill ? { backfill: backfill() } : {})
  const ours = [new SessionSpanProcessor(), new BatchSpanProcessor(exporter)]
  const provider = new BasicTracerProvider({ spanProcessors: [...(one.spanProcessors?.(ours) ?? ours)] })
  const ContextManager = one.contextManager ?? AsyncLocalStorageContextManager
  context.setGlobalContextManager(new ContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  registerInstrumentations({ instrumentations: [...(one.instrumentations?.() ?? [])] })
  const foreign: ForeignSpan[] = []
  await one.run(createField(foreign))
  await provider.forceFlush()
  const problems = Object.keys(processStats().problems).sort()
  return { ...judge(collector.getFinishedSpans(), foreign, one.owners ?? {}), problems, lines }
}

function createField(foreign: ForeignSpan[]): Field {
  const tracer = trace.getTracer('field')
  const start = (owner: string, name: string) => tracer.startSpan(name, { attributes: { [OWNER]: owner } })
  return {
    tracer,
    users: ['user_a', 'user_b', 'user_c'],
    session: sessionOf,
    async work(owner, name = 'work') {
      const span = start(owner, name)
      await new Promise((resolve) => setImmediate(resolve))
      span.end()
    },
    async request(owner, fn) {
      const span = start(owner, 'request')
      try {
        return await context.with(trace.setSpan(context.active(), span), fn)
      } finally {
        span.end()
      }
    },
    add: (span) => foreign.push(span),
  }
}

function sessionOf(user: string): UserSession {
  return { sessionId: `${user}_conv`, userId: user }
}

function judge(
  spans: readonly ReadableSpan[],
  foreign: readonly ForeignSpan[],
  owners: Readonly<Record<string, string>>,
): Judged {
  const tally = new Tally()
  const note = ({ name, attributes }: ForeignSpan, owner: string) => {
    const verdict = judgeSpan(owner, attributes)
    if (verdict === 'without user') tally.add('missing', `${name} (user)`)
    else tally.add(verdict, name)
  }
  for (const span of spans) note(span, owners[span.name] ?? ownerIn(span, spans))
  for (const span of foreign) note(span, String(span.attributes[OWNER]))
  return tally
}

function ownerIn(span: ReadableSpan, spans: readonly ReadableSpan[]): string {
  const owner = ownerOf(span, spans, OWNER)
  if (owner === undefined) throw new Error(`the span "${span.name}" has no owner: see program.ts`)
  return owner
}

function judgeSpan(owner: string, attributes: Attributes): 'right' | 'missing' | 'without user' | 'wrong' {
  const { 'session.id': sessionId, 'user.id': userId } = attributes
  const isShared = owner === NOBODY
  const wanted: Partial<UserSession> = isShared ? {} : sessionOf(owner)
  if (sessionId !== undefined && sessionId !== wanted.sessionId) return 'wrong'
  if (userId !== undefined && userId !== wanted.userId) return 'wrong'
  if (isShared) return 'right'
  if (sessionId === undefined) return 'missing'
  return userId === undefined ? 'without user' : 'right'
}
