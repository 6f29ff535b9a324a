/** The application on Express, in a project without an SDK, whose instrumentations overlap. */
import express from 'express'
// The newest that OpenTelemetry's instrumentation changes.
import OpenAI from 'openai'
import { startExpress } from '../apps/express-app.ts'
import { inJob, middleware } from '../helpers/otel-sessions.ts'

startExpress(express, { middleware, inJob }, OpenAI as never)
