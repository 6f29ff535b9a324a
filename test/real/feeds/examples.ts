/** Every example in the folder, as a user would run it. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { groupBy } from '../group.ts'
import type { WireSpan } from '../spans.ts'
import { EXPORTERS, type Feed } from './feed.ts'
import { runApplication } from './run-application.ts'

const FOLDER = new URL('../../../examples/', import.meta.url)

/** Where the general rule does not hold: names of spans that rightly have no session, because nobody states one. */
const BARE: Record<string, readonly string[]> = {}

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
        WITNESS_EXPORTER: exporter,
        OPENAI_BASE_URL: modelUrl,
        OPENAI_API_KEY: 'local',
      })
      const sessions = literals(readFileSync(path, 'utf8'))
      const bare = BARE[file] ?? []
      return {
        ...noted,
        expect: ({ name }) => ({ sessions: bare.includes(name) ? [undefined] : sessions }),
        check: oneSessionPerTrace,
      }
    },
  }))
}

/** The general rule: a session is right if the example states it, word for word, between quotes. */
function literals(source: string): string[] {
  const pieces = ["'", '"', '`'].flatMap((quote) => source.split(quote))
  return pieces.filter((piece) => !piece.includes('\n'))
}

function oneSessionPerTrace(written: readonly WireSpan[]): string[] {
  const traces = groupBy(written, (span) => span.traceId)
  return [...traces].flatMap(([traceId, spans]) => {
    const sessions = new Set(spans.map((span) => span.attributes['session.id']))
    sessions.delete(undefined)
    return sessions.size > 1 ? [`trace ${traceId} has ${sessions.size} sessions`] : []
  })
}
