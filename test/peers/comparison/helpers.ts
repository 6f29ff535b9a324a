// The helpers that are compared: each alone, as its documentation sets it up, with its own processor.

import { context } from '@opentelemetry/api'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { SessionSpanExporter } from '@otel-sessions/exporter'
import { datadog, langsmith } from '@otel-sessions/exporter/backends'
import { bindSession, SessionSpanProcessor, usingSession } from '@otel-sessions/processor'
import { SessionProcessor, withSession } from '../../entry/thirty-lines.ts'
import { LIBRARIES } from '../libraries.ts'

export type HelperName = 'otel-sessions' | 'Langfuse' | 'OpenInference' | 'Traceloop' | 'thirty lines'

export interface Helper {
  readonly name: HelperName
  /** The attribute that its backend groups by. */
  readonly key: string
  /** Runs `fn` in a session. */
  inside<T>(sessionId: string, fn: () => T): T
  /** Binds a callback to the active session, by the helper's own means or OpenTelemetry's. */
  bind<T extends (...args: never[]) => unknown>(fn: T): T
  readonly processor: SpanProcessor
  validate(exporter: SpanExporter): SpanExporter
}

type Load = () => Promise<Helper>

const bindContext: Helper['bind'] = (fn) => context.bind(context.active(), fn)

/** A helper of `libraries.ts`, by its name there. */
function library(name: HelperName, listed: string, key: string): Load {
  return async () => {
    const found = LIBRARIES.find((each) => each.name === listed)
    if (found === undefined) throw new Error(`libraries.ts does not list ${listed}`)
    const { inside, processor } = await found.load()
    return { name, key, inside, processor, bind: bindContext, validate: (exporter) => exporter }
  }
}

export const HELPERS: readonly Load[] = [
  async () => ({
    name: 'otel-sessions',
    key: 'session.id',
    inside: usingSession,
    bind: bindSession,
    processor: new SessionSpanProcessor(),
    validate: (exporter) => new SessionSpanExporter(exporter, { backends: [langsmith, datadog] }),
  }),
  library('Langfuse', 'Langfuse, propagateAttributes', 'session.id'),
  library('OpenInference', 'OpenInference, setSession', 'session.id'),
  library('Traceloop', 'Traceloop, withAssociationProperties', 'traceloop.association.properties.session_id'),
  async () => ({
    name: 'thirty lines',
    key: 'session.id',
    inside: (sessionId, fn) => withSession({ sessionId }, fn),
    bind: bindContext,
    processor: new SessionProcessor(),
    validate: (exporter) => exporter,
  }),
]
