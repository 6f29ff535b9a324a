/** OpenInference, as its documentation shows it: `setSession` and `setUser`, and the processor that writes both. */
import { setSession, setUser } from '@arizeai/openinference-core'
import { OpenInferenceBatchSpanProcessor } from '@arizeai/openinference-vercel'
import { context } from '@opentelemetry/api'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { RequestHandler } from 'express'
import { findSession, type UserSession } from '../work/users.ts'
import type { Job } from '../work/work.ts'

export const createProcessors = (exporter: SpanExporter): SpanProcessor[] => [
  new OpenInferenceBatchSpanProcessor({ exporter }),
]

const inSession = <T>({ sessionId, userId }: UserSession, fn: () => T): T =>
  context.with(setUser(setSession(context.active(), { sessionId }), { userId }), fn)

export const middleware: RequestHandler<{ conversation: string }> = async (request, _response, next) => {
  const session = await findSession(request.headers.authorization, request.params.conversation)
  if (session === undefined) next()
  else inSession(session, () => next())
}

export const inJob = (handle: (job: Job) => Promise<void>) => (job: Job) =>
  inSession({ sessionId: job.conversation, userId: job.userId }, () => handle(job))
