/** The edge cases on the wire, also compressed, and without the gate to see that the check finds that. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Expectations } from '../apps/edge-cases.ts'
import { onLeaving } from '../leaving.ts'
import type { Feed, FeedResult } from './feed.ts'
import { runApplication } from './run-application.ts'

const SCRIPT = fileURLToPath(new URL('../apps/edge-app.ts', import.meta.url))

function edgeFeed(name: string, settings: Record<string, string>, encoding?: string): Feed {
  return {
    name,
    ...(encoding && { encoding }),
    run: async (exporter, endpoint) => {
      const folder = mkdtempSync(join(tmpdir(), 'otel-sessions-expected-'))
      const removed = onLeaving(() => rmSync(folder, { recursive: true, force: true }))
      try {
        const expectedFile = join(folder, 'expected.json')
        const noted = await runApplication(SCRIPT, {
          ...settings,
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
  // A span that the cases do not know of is never right.
  return { sessions: session === undefined ? [] : [session ?? undefined], attributes }
}

export const edgeFeeds: readonly Feed[] = [
  edgeFeed('edge cases', {}),
  edgeFeed('edge cases, gzip', { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' }, 'gzip'),
]

export const withoutGate: Feed = edgeFeed('edge cases without the gate', { WITHOUT_GATE: '1' })
