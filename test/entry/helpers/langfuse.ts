/** Langfuse, as its documentation shows it: `propagateAttributes`, and its span processor, which exports every span. */
import { LangfuseSpanProcessor } from '@langfuse/otel'
import { propagateAttributes } from '@langfuse/tracing'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { RequestHandler } from 'express'
import { findSession } from '../work/users.ts'
import type { Job } from '../work/work.ts'

export const createProcessors = (exporter: SpanExporter): SpanProcessor[] => [
  // Without `shouldExportSpan` it exports only its own spans and those of LLM calls.
  new LangfuseSpanProcessor({ exporter, shouldExportSpan: () => true }),
]

export const middleware: RequestHandler<{ conversation: string }> = async (request, _response, next) => {
  const session = await findSession(request.headers.authorization, request.params.conversation)
  if (session === undefined) next()
  else propagateAttributes(session, () => next())
}

export const inJob = (handle: (job: Job) => Promise<void>) => (job: Job) =>
  propagateAttributes({ sessionId: job.conversation, userId: job.userId }, () => handle(job))
