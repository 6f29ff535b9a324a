/** A worker thread's file, with an OpenTelemetry of its own. */
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { type SessionInfo, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { type ForeignSpan, OWNER } from '../program.ts'

export interface ThreadJob {
  readonly owner: string
  readonly session: SessionInfo | undefined
}

const collector = new InMemorySpanExporter()
const provider = new BasicTracerProvider({
  spanProcessors: [new SessionSpanProcessor(), new SimpleSpanProcessor(collector)],
})
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())

/** The spans of one job. */
export async function runJob({ owner, session }: ThreadJob): Promise<ForeignSpan[]> {
  const work = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    provider
      .getTracer('thread')
      .startSpan('work', { attributes: { [OWNER]: owner } })
      .end()
  }
  await (session === undefined ? work() : usingSession(session, work))
  await provider.forceFlush()
  const spans = collector.getFinishedSpans().map(({ name, attributes }) => ({ name, attributes }))
  collector.reset()
  return spans
}
