/** Thirty lines of your own. */
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionProcessor, sessionMiddleware, withSession } from '../thirty-lines.ts'
import { findSession } from '../work/users.ts'
import type { Job } from '../work/work.ts'

export const createProcessors = (exporter: SpanExporter): SpanProcessor[] => [
  new SessionProcessor(),
  new BatchSpanProcessor(exporter),
]

export const middleware = sessionMiddleware(({ headers, params }) =>
  findSession(headers.authorization, params['conversation'] as string),
)

export const inJob = (handle: (job: Job) => Promise<void>) => (job: Job) =>
  withSession({ sessionId: job.conversation, userId: job.userId }, () => handle(job))
