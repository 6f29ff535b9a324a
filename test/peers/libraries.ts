// The other libraries as their documentation shows them: a helper that sets the session, and a processor.

import { context } from '@opentelemetry/api'
import type { SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base'
import { loadPeer } from '../../peers/load.ts'

type Scope = <T>(sessionId: string, fn: () => T) => T

export interface OtherLibrary {
  readonly name: string
  /** Its processor writes `session.id` on every span, even if the application passed one to `startSpan`. */
  readonly overwrites: boolean
  /** `inside` runs `fn` in a session with the library's helper. The processor exports, by default to nothing. */
  readonly load: (
    exporter?: SpanExporter,
  ) => Promise<{ readonly inside: Scope; readonly processor: SpanProcessor }>
}

/** For processors that require an exporter: it discards the spans. */
const noExporter: SpanExporter = {
  export: (_, done) => done({ code: 0 }),
  forceFlush: async () => {},
  shutdown: async () => {},
}

interface OpenInference {
  setSession(at: ReturnType<typeof context.active>, session: { sessionId: string }): typeof at
}
interface OpenInferenceVercel {
  OpenInferenceSimpleSpanProcessor: new (options: object) => SpanProcessor
}
interface Langfuse {
  propagateAttributes<T>(attributes: object, fn: () => T): T
}
interface LangfuseOtel {
  LangfuseSpanProcessor: new (options: object) => SpanProcessor
}
interface Traceloop {
  createSpanProcessor(options: object): SpanProcessor
  withAssociationProperties<T>(properties: object, fn: () => T): T
  withConversation<T>(conversationId: string, fn: () => T): T
}

const traceloop = () => loadPeer<Traceloop>('@traceloop/node-server-sdk')
const traceloopProcessor = ({ createSpanProcessor }: Traceloop, exporter: SpanExporter) =>
  createSpanProcessor({
    exporter,
    apiKey: 'none',
    disableBatch: true,
    allowedInstrumentationLibraries: 'all',
  })

export const LIBRARIES: readonly OtherLibrary[] = [
  {
    name: 'OpenInference, setSession',
    overwrites: true,
    load: async (exporter = noExporter) => {
      const { setSession } = await loadPeer<OpenInference>('@arizeai/openinference-core')
      const vercel = await loadPeer<OpenInferenceVercel>('@arizeai/openinference-vercel')
      return {
        inside: (sessionId, fn) => context.with(setSession(context.active(), { sessionId }), fn),
        processor: new vercel.OpenInferenceSimpleSpanProcessor({ exporter }),
      }
    },
  },
  {
    name: 'Langfuse, propagateAttributes',
    overwrites: true,
    load: async (exporter = noExporter) => {
      const { propagateAttributes } = await loadPeer<Langfuse>('@langfuse/core')
      const { LangfuseSpanProcessor } = await loadPeer<LangfuseOtel>('@langfuse/otel')
      return {
        inside: (sessionId, fn) => propagateAttributes({ sessionId }, fn),
        processor: new LangfuseSpanProcessor({
          exporter,
          exportMode: 'immediate',
          shouldExportSpan: () => true,
        }),
      }
    },
  },
  {
    name: 'Traceloop, withAssociationProperties',
    overwrites: false,
    load: async (exporter = noExporter) => {
      const package_ = await traceloop()
      return {
        inside: (sessionId, fn) => package_.withAssociationProperties({ session_id: sessionId }, fn),
        processor: traceloopProcessor(package_, exporter),
      }
    },
  },
  {
    name: 'Traceloop, withConversation',
    overwrites: false,
    load: async (exporter = noExporter) => {
      const package_ = await traceloop()
      return {
        inside: (sessionId, fn) => package_.withConversation(sessionId, fn),
        processor: traceloopProcessor(package_, exporter),
      }
    },
  },
]
