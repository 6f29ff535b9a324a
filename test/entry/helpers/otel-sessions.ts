/** Ours, for Express; `createProcessors` and `inJob` are the same on every framework. */
import { BatchSpanProcessor, type SpanExporter, type SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Request } from 'express'
import { sessionProcessors } from 'otel-sessions'
import { sessions } from 'otel-sessions/express'
import { sessions as jobSessions } from 'otel-sessions/worker'
import { findSession } from '../work/users.ts'
import type { Job } from '../work/work.ts'

export const createProcessors = (exporter: SpanExporter): SpanProcessor[] =>
  sessionProcessors([new BatchSpanProcessor(exporter)])

export const middleware = sessions({
  session: ({ headers, params }: Request<{ conversation: string }>) =>
    findSession(headers.authorization, params.conversation),
})

export const inJob = jobSessions({
  session: (job: Job) => ({ sessionId: job.conversation, userId: job.userId }),
})
