/** Every example in the folder, as a user would run it. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { groupBy } from '../group.ts'
import type { WireSpan } from '../spans.ts'
import { EXPORTERS, type Feed } from './feed.ts'
import { runApplication } from './run-application.ts'

const FOLDER = new URL('../../../examples/', import.meta.url)
const SERVER = 2

/** The spans that rightly have no session, by example. In all others every span has one. */
const IN_NO_SESSION: Record<string, (span: WireSpan) => boolean> = {
  // They are of the service that is called, and nothing tells another service the session.
  'sdk-node.ts': ({ kind }) => kind === SERVER,
}

/** @param modelUrl the model that the examples ask */
export function exampleFeeds(modelUrl: string): Feed[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'))
  return files.map((file) => ({
    name: `examples/${file}`,
    run: async (exporter, endpoint) => {
      const path = fileURLToPath(new URL(file, FOLDER))
      const noted = await runApplication(path, {
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: EXPORTERS[exporter].protocol,
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        WITNESS_EXPORTER: exporter,
        OPENAI_BASE_URL: modelUrl,
        OPENAI_API_KEY: 'local',
      })
      const sessions = statedSessions(readFileSync(path, 'utf8'))
      return {
        ...noted,
        expect: (span) => ({ sessions: IN_NO_SESSION[file]?.(span) ? [undefined] : sessions }),
        check: (written) => [...notOfOneSession(written), ...neverSeen(sessions, written)],
      }
    },
  }))
}

/** Every example writes its sessions out, as `user_123_conv_456`. */
const statedSessions = (source: string): string[] => [...new Set(source.match(/\buser_\d+_\w+/g))]

function notOfOneSession(written: readonly WireSpan[]): string[] {
  const traces = groupBy(written, (span) => span.traceId)
  return [...traces].flatMap(([traceId, spans]) => {
    const sessions = new Set(spans.map((span) => span.attributes['session.id']))
    sessions.delete(undefined)
    return sessions.size > 1 ? [`trace ${traceId} has ${sessions.size} sessions`] : []
  })
}

function neverSeen(sessions: readonly string[], written: readonly WireSpan[]): string[] {
  const seen = new Set(written.map((span) => span.attributes['session.id']))
  return sessions.filter((session) => !seen.has(session)).map((session) => `no span carries ${session}`)
}
