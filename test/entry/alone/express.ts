/** The application on Express, in a project without an SDK: `--import otel-sessions/register` does the rest. */
import express, { type Request } from 'express'
import { sessions } from 'otel-sessions/express'
import { sessions as jobSessions } from 'otel-sessions/worker'
import { startExpress } from '../apps/express-app.ts'
import { findSession } from '../work/users.ts'
import type { Job } from '../work/work.ts'

startExpress(express, {
  middleware: sessions({
    session: ({ headers, params }: Request<{ conversation: string }>) =>
      findSession(headers.authorization, params.conversation),
  }),
  inJob: jobSessions({
    session: (job: Job) => ({ sessionId: job.conversation, userId: job.userId }),
  }),
})
