/** Every example in the folder, as a user would run it. */
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { type StoredSpan, wrongRows } from '../../examples/by-hand.ts'
import { EXPECTED, type Expected } from '../../examples/expected.ts'
import { spansBySession } from '../../examples/run.ts'
import { groupBy } from '../group.ts'
import type { WireSpan } from '../spans.ts'
import { EXPORTERS, type Feed } from './feed.ts'
import { runApplication } from './run-application.ts'

const FOLDER = new URL('../../../examples/', import.meta.url)

/** @param modelUrl the model that the examples call */
export function exampleFeeds(modelUrl: string): Feed[] {
  // Tests check that it names every program of the folder. Those with libraries that the root does not install run there.
  const programs = Object.entries<Expected>(EXPECTED).filter(
    ([, { isForDocs, isForMessages }]) => !isForDocs && !isForMessages,
  )
  return programs.map(([file, promised]) => ({
    name: `examples/${file}`,
    run: async (exporter, endpoint, headers) => {
      const noted = await runApplication(fileURLToPath(new URL(file, FOLDER)), {
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: EXPORTERS[exporter].protocol,
        ...(headers && { OTEL_EXPORTER_OTLP_HEADERS: headers }),
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        WITNESS_EXPORTER: exporter,
        OPENAI_BASE_URL: modelUrl,
        OPENAI_API_KEY: 'local',
      })
      return {
        ...noted,
        expect: (span) => ({
          sessions: sessionsOf(span, promised),
          ...(promised.attributes && { attributes: promised.attributes }),
        }),
        check: (written) => [
          ...notAsPromised(written, promised),
          ...notOfOneSession(written),
          ...(promised.printed ? wrongRows(noted.printed, promised.printed(written.map(stored))) : []),
        ],
      }
    },
  }))
}

const stored = (span: WireSpan): StoredSpan => ({
  ...span,
  startNano: span.start,
  endNano: span.end,
  statusCode: span.status.code,
})

/** A span's name in the table of the examples: its instrumentation scope, without the version, and its name. */
const unversioned = (span: WireSpan) => ({ ...span, scope: span.scope.slice(0, span.scope.lastIndexOf('@')) })
const entry = (span: WireSpan): string =>
  Object.values(spansBySession([unversioned(span)] as never))[0]?.[0] ?? ''

/** The sessions in which the table has such a span; their number is checked for all spans together. */
function sessionsOf(span: WireSpan, { sessions, none = [] }: Expected): (string | undefined)[] {
  const name = entry(span)
  const named = Object.keys(sessions).filter((id) => sessions[id]?.includes(name))
  return none.includes(name) ? [...named, undefined] : named
}

function notAsPromised(written: readonly WireSpan[], { sessions, none, users }: Expected): string[] {
  const found = spansBySession(written.map(unversioned) as never)
  const promised = { ...sessions, ...(none && { none }) }
  const wrongUsers = written.filter(
    ({ attributes }) => users && users[`${attributes['session.id']}`] !== attributes['user.id'],
  )
  return [
    ...(isDeepStrictEqual(found, promised)
      ? []
      : [`the spans are ${JSON.stringify(found)}, not ${JSON.stringify(promised)}`]),
    ...wrongUsers.map(({ name, spanId }) => `${name} (${spanId}) has another user's session`),
  ]
}

function notOfOneSession(written: readonly WireSpan[]): string[] {
  const traces = groupBy(written, (span) => span.traceId)
  return [...traces].flatMap(([traceId, spans]) => {
    const sessions = new Set(spans.map((span) => span.attributes['session.id']))
    sessions.delete(undefined)
    return sessions.size > 1 ? [`trace ${traceId} has ${sessions.size} sessions`] : []
  })
}
