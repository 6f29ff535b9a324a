import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Expectations } from '../apps/edge-cases.ts'
import { onLeaving } from '../leaving.ts'
import type { Feed, FeedResult } from './feed.ts'
import { runApplication } from './run-application.ts'

/**
 * An application that writes the expectation for each of its spans to EXPECTED_FILE.
 *
 * @param settings additional environment variables
 * @param encoding the content encoding that its exporter must use
 */
export function selfCheckedFeed(
  script: string,
  name: string,
  settings: Record<string, string>,
  encoding?: string,
): Feed {
  return {
    name,
    ...(encoding && { encoding }),
    run: async (exporter, endpoint, headers) => {
      const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-expected-'))
      const removed = onLeaving(() => rmSync(folder, { recursive: true, force: true }))
      try {
        const expectedFile = join(folder, 'expected.json')
        const noted = await runApplication(script, {
          ...settings,
          ...(headers && { OTEL_EXPORTER_OTLP_HEADERS: headers }),
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          WITNESS_EXPORTER: exporter,
          EXPECTED_FILE: expectedFile,
        })
        const expectations = JSON.parse(readFileSync(expectedFile, 'utf8')) as Expectations
        return { ...noted, expect: ({ spanId }) => expected(expectations, spanId) }
      } finally {
        removed()
      }
    },
  }
}

function expected(expectations: Expectations, spanId: string): ReturnType<FeedResult['expect']> {
  const { session, attributes = {} } = expectations[spanId] ?? {}
  // A span that the application does not know is never right.
  return { sessions: session === undefined ? [] : [session ?? undefined], attributes }
}
